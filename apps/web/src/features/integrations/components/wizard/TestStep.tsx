import { Button, Group, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { Notice } from '../../../../components/Notice';
import type { TestResult } from '../../api/types';
import type { WizardStep } from '../../search';
import { TestFailed, TestPassed, TestRunning } from '../TestOutcome';

interface TestStepProps {
  service: string;
  name: string;
  testing: boolean;
  result: TestResult | undefined;
  failure: Error | null;
  saving: boolean;
  onTest: () => void;
  onSave: (options: { test: boolean }) => void;
  onGo: (step: WizardStep) => void;
}

export function TestStep(props: TestStepProps) {
  const { service, name, testing, result, failure, saving, onTest, onSave, onGo } = props;
  const passed = Boolean(result) && !failure;
  const busy = testing || saving;
  return (
    <Stack gap="lg" maw="var(--lk-form-width)">
      <div aria-live="polite">
        {testing && <TestRunning service={service} />}
        {!testing && passed && result && <TestPassed result={result} />}
        {!testing && failure && <TestFailed error={failure} />}
        {!testing && !passed && !failure && (
          <Notice tone="idle">“{name}” has not been tested with these values yet.</Notice>
        )}
      </div>
      <Group gap="xs">
        {passed ? (
          <Button onClick={() => onSave({ test: true })} loading={saving} disabled={testing}>
            Save integration
          </Button>
        ) : (
          <Button onClick={onTest} loading={testing} disabled={saving}>
            {failure ? 'Test again' : 'Test the connection'}
          </Button>
        )}
        {passed && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={onTest}
            disabled={busy}
          >
            Test again
          </Button>
        )}
        <Button variant="default" onClick={() => onGo('configuration')} disabled={busy}>
          {failure ? 'Change configuration' : 'Back'}
        </Button>
        {failure && (
          <Button variant="default" onClick={() => onGo('credentials')} disabled={busy}>
            Change credentials
          </Button>
        )}
      </Group>
      {failure && !testing && (
        <Group gap="sm" align="center">
          <Button variant="subtle" onClick={() => onSave({ test: false })} loading={saving}>
            Save without testing
          </Button>
          <Text size="xs" c="dimmed" flex="1 1 16rem">
            It is saved as it is and checked in the background. It shows as broken until a check succeeds.
          </Text>
        </Group>
      )}
    </Stack>
  );
}
