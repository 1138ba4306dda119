import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { copyText } from '../lib/clipboard';

type Outcome = 'idle' | 'copied' | 'failed';

const RESET_MS = 1800;

interface CopyButtonProps {
  value: string;
  /** Names what is copied: “Copy the fingerprint”. */
  label: string;
  /** A button with its name written on it. */
  wide?: boolean;
  onCopied?: () => void;
}

export function CopyButton({ value, label, wide, onCopied }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<Outcome>('idle');

  const copy = async () => {
    const copied = await copyText(value);
    setOutcome(copied ? 'copied' : 'failed');
    if (copied) onCopied?.();
    window.setTimeout(() => setOutcome('idle'), RESET_MS);
  };

  const text = outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Could not copy' : label;
  const Icon = outcome === 'copied' ? IconCheck : outcome === 'failed' ? IconX : IconCopy;
  if (wide) {
    return (
      <Button leftSection={<Icon size={16} aria-hidden />} onClick={() => void copy()}>
        {text}
      </Button>
    );
  }
  return (
    <Tooltip label={text}>
      <ActionIcon size="sm" aria-label={text} onClick={() => void copy()}>
        <Icon size={14} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
