import { ActionIcon, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { copyText } from '../lib/clipboard';

type Outcome = 'idle' | 'copied' | 'failed';

const RESET_MS = 1800;

/** Copies `value`; `label` names what is copied: “Copy the fingerprint”. */
export function CopyButton({ value, label }: { value: string; label: string }) {
  const [outcome, setOutcome] = useState<Outcome>('idle');

  const copy = async () => {
    setOutcome((await copyText(value)) ? 'copied' : 'failed');
    window.setTimeout(() => setOutcome('idle'), RESET_MS);
  };

  const text = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Could not copy' : label;
  const Icon = outcome === 'copied' ? IconCheck : outcome === 'failed' ? IconX : IconCopy;
  return (
    <Tooltip label={text}>
      <ActionIcon size="sm" aria-label={text} onClick={() => void copy()}>
        <Icon size={14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
