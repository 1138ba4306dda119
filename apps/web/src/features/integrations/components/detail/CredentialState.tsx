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

interface CredentialStateProps {
  state: string;
  /** Somebody agreed to it at the service. */
  byConsent: boolean;
  refused: boolean;
}

export function CredentialState(props: CredentialStateProps) {
  const { label, tone, means } = credentialStateWords(props);
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
