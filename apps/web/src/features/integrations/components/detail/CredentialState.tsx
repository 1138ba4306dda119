import { Group, Text } from '@mantine/core';
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockX,
  type TablerIcon,
} from '@tabler/icons-react';
import { Badge } from '../../../../components/Badge';
import type { Tone } from '../../../../components/Notice';
import { credentialStateWords } from './credential-states';

const icons: Record<Tone, TablerIcon> = {
  ok: IconCircleCheck,
  idle: IconCircleDashed,
  warn: IconClockX,
  bad: IconCircleX,
};

export function CredentialState({ state }: { state: string }) {
  const { label, tone, means } = credentialStateWords(state);
  return (
    <Group gap="sm">
      <Badge tone={tone} icon={icons[tone]}>
        {label}
      </Badge>
      <Text size="sm" c="dimmed">
        {means}
      </Text>
    </Group>
  );
}
