import {
  type MantineColorScheme,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { Panel } from '../../../components/Panel';
import { useListView, useShortcutsEnabled } from '../../../lib/preferences';
import { Shortcuts } from '../components/Shortcuts';

/** Choices of this browser; they are kept in it. */
export function AppearancePage() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [view, setView] = useListView();
  const [shortcuts, setShortcuts] = useShortcutsEnabled();
  return (
    <Stack gap="md">
      <Panel title="Appearance" description="Kept in this browser.">
        <Stack gap="lg" align="flex-start">
          <div>
            <Text size="sm" fw={500} mb={6} id="scheme">
              Colours
            </Text>
            <SegmentedControl
              aria-labelledby="scheme"
              value={colorScheme}
              onChange={(value) => setColorScheme(value as MantineColorScheme)}
              data={[
                { value: 'auto', label: 'Like the system' },
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
              ]}
            />
          </div>
          <div>
            <Text size="sm" fw={500} mb={6} id="list-view">
              Integrations as
            </Text>
            <SegmentedControl
              aria-labelledby="list-view"
              value={view}
              onChange={(value) => setView(value === 'table' ? 'table' : 'cards')}
              data={[
                { value: 'cards', label: 'Cards' },
                { value: 'table', label: 'Table' },
              ]}
            />
          </div>
        </Stack>
      </Panel>
      <Panel title="Keyboard">
        <Stack gap="md">
          <Switch
            label="Single-key shortcuts"
            description="Switch them off when you dictate, so that spoken letters press nothing."
            checked={shortcuts}
            onChange={(event) => setShortcuts(event.currentTarget.checked)}
          />
          <Shortcuts />
        </Stack>
      </Panel>
    </Stack>
  );
}
