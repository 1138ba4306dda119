import { useHotkeys } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useRef } from 'react';
import { useShortcutsEnabled } from '../../lib/preferences';

const SEQUENCE_MS = 1200;

/** `⌘K` palette, `/` search, `c` connect, `g i` integrations, `g s` settings. */
export function useShellShortcuts(openPalette: () => void) {
  const [enabled] = useShortcutsEnabled();
  const navigate = useNavigate();
  const wentAt = useRef(0);

  const afterG = (go: () => void) => () => {
    if (Date.now() - wentAt.current < SEQUENCE_MS) go();
    wentAt.current = 0;
  };
  const search = () => {
    const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
    if (field) field.focus();
    else openPalette();
  };

  useHotkeys([['mod+K', openPalette]], []);
  useHotkeys(
    enabled
      ? [
          ['/', search],
          ['c', () => void navigate({ to: '/integrations/new' })],
          ['g', () => (wentAt.current = Date.now()), { preventDefault: false }],
          ['i', afterG(() => void navigate({ to: '/integrations' })), { preventDefault: false }],
          ['s', afterG(() => void navigate({ to: '/settings' })), { preventDefault: false }],
        ]
      : [],
  );
}
