import { Button, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useCan } from '../../../lib/me';

/** There is no workspace to choose a channel from. */
export function NoSlack({ onCancel }: { onCancel: () => void }) {
  const connects = useCan()('integrations:create');
  return (
    <Stack gap="md">
      <Text size="sm">
        No Slack workspace is connected yet.{' '}
        {connects
          ? 'Connect one, then its channels can be chosen here.'
          : 'Ask somebody whose role may connect services to add one.'}
      </Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        {connects && (
          <Button
            renderRoot={(props) => <Link to="/integrations/new" search={{ type: 'slack' }} {...props} />}
          >
            Connect Slack
          </Button>
        )}
      </Group>
    </Stack>
  );
}
