import { Group, Kbd } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { Facts } from '../../../components/Facts';

function Keys({ keys }: { keys: string[] }) {
  return (
    <Group gap={4}>
      {keys.map((key) => (
        <Kbd key={key} size="xs">
          {key}
        </Kbd>
      ))}
    </Group>
  );
}

export function Shortcuts() {
  const apple = ['macos', 'ios'].includes(useOs());
  return (
    <Facts
      rows
      facts={[
        { label: 'Search and commands', value: <Keys keys={[apple ? '⌘' : 'Ctrl', 'K']} /> },
        { label: 'Search on this page', value: <Keys keys={['/']} /> },
        { label: 'Connect a service', value: <Keys keys={['C']} /> },
        { label: 'Go to integrations', value: <Keys keys={['G', 'I']} /> },
        { label: 'Go to settings', value: <Keys keys={['G', 'S']} /> },
      ]}
    />
  );
}
