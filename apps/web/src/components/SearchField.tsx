import { ActionIcon, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useState } from 'react';

const DEBOUNCE_MS = 250;

interface SearchFieldProps {
  className?: string;
  /** Names what is searched: “Search integrations”. */
  label: string;
  value?: string;
  onChange: (value: string | undefined) => void;
}

/** Search as you type; what is told follows a moment later. */
export function SearchField({ className, label, value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value ?? '');
  const [reported, setReported] = useState(value);
  // The address changed by other means, such as the back button.
  if (value !== reported) {
    setReported(value);
    setText(value ?? '');
  }
  const report = useDebouncedCallback((next: string | undefined, typedAt: string) => {
    // Whoever is on the way to another page meanwhile is not called back.
    if (window.location.pathname !== typedAt) return;
    setReported(next);
    onChange(next);
  }, DEBOUNCE_MS);
  const change = (next: string) => {
    setText(next);
    report(next.trim() || undefined, window.location.pathname);
  };
  return (
    <TextInput
      className={className}
      type="search"
      aria-label={label}
      placeholder="Search"
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={
        text && (
          <ActionIcon size="sm" aria-label="Clear the search" onClick={() => change('')}>
            <IconX size={14} aria-hidden />
          </ActionIcon>
        )
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
