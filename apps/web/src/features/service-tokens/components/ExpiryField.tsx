import { Group, Select, Text, TextInput } from '@mantine/core';
import { useNow } from '../../../components/use-now';
import { formatExact } from '../../../lib/format';
import { EXPIRY_CHOICES, type Expiry, type ExpiryChoice, expiresAt } from './expiry';

interface ExpiryFieldProps {
  value: Expiry;
  error: string | undefined;
  onChange: (expiry: Expiry) => void;
}

function consequenceOf(value: Expiry, now: number): string {
  const at = expiresAt(value, now);
  if (at === null) return 'It works until somebody revokes it. Rotate it now and then.';
  return at ? `It stops working on ${formatExact(at.toISOString())}.` : '';
}

export function ExpiryField({ value, error, onChange }: ExpiryFieldProps) {
  const now = useNow();
  return (
    <div>
      <Group align="flex-start" gap="sm">
        <Select
          label="When does it end?"
          data={EXPIRY_CHOICES.map((choice) => ({ ...choice }))}
          value={value.choice}
          allowDeselect={false}
          onChange={(choice) => onChange({ ...value, choice: (choice ?? '90') as ExpiryChoice })}
        />
        {value.choice === 'date' && (
          <TextInput
            type="date"
            label="Last day"
            value={value.date}
            error={error}
            onChange={(event) => onChange({ ...value, date: event.currentTarget.value })}
          />
        )}
      </Group>
      <Text size="xs" c="dimmed" mt={6}>
        {consequenceOf(value, now)}
      </Text>
    </div>
  );
}
