import { Button, FileButton, Text } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useState } from 'react';
import { readTextFile } from './read-text-file';
import classes from './FileFill.module.css';

interface FileFillProps {
  /** What the file holds: “Private key”. */
  label: string;
  disabled?: boolean;
  onText: (text: string) => void;
  /** The text area: a file may be dropped on it. */
  children: ReactNode;
}

/** A field of many lines that a file can fill: chosen, or dropped on it. It is read here and uploaded nowhere. */
export function FileFill({ label, disabled, onText, children }: FileFillProps) {
  const [over, setOver] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  const take = async (file: File | null | undefined) => {
    if (!file || disabled) return;
    const { text, problem: found } = await readTextFile(file);
    setProblem(found ?? null);
    if (text !== undefined) onText(text);
  };
  const holdsFile = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  const allow = (event: DragEvent) => {
    if (!holdsFile(event)) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    setOver(false);
    if (!holdsFile(event)) return;
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  };

  return (
    <div
      role="presentation"
      className={classes.frame}
      data-over={over || undefined}
      onDragOver={allow}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {children}
      <div className={classes.foot}>
        <FileButton onChange={(file) => void take(file)} disabled={disabled}>
          {(props) => (
            <Button
              {...props}
              size="compact-xs"
              variant="subtle"
              leftSection={<IconFileUpload size={14} aria-hidden />}
              aria-label={`${label} from a file`}
            >
              From a file
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed">
          or drop the file here
        </Text>
        {problem && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert">
            {problem}
          </Text>
        )}
      </div>
    </div>
  );
}
