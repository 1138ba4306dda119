import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ConfirmDialog } from './ConfirmDialog';

interface LeaveGuard {
  /** Goes on, once the person has confirmed where that is needed. */
  leave: (go: () => void) => void;
  dialog: ReactNode;
}

interface Question {
  title: string;
  text: ReactNode;
  leave: string;
  stay: string;
}

/** Asks before what is on the page goes for good: by a link, by Back, by closing the tab. */
export function useLeaveGuard(guarded: boolean, { title, text, leave, stay }: Question): LeaveGuard {
  const [pending, setPending] = useState<(() => void) | null>(null);
  const blocker = useBlocker({
    shouldBlockFn: () => guarded,
    enableBeforeUnload: () => guarded,
    withResolver: true,
  });
  const blocked = blocker.status === 'blocked';
  const close = () => {
    setPending(null);
    if (blocked) blocker.reset();
  };
  const confirm = () => {
    setPending(null);
    if (blocked) blocker.proceed();
    else pending?.();
  };
  return {
    leave: (go) => (guarded ? setPending(() => go) : go()),
    dialog: (
      <ConfirmDialog
        opened={blocked || pending !== null}
        title={title}
        confirm={leave}
        cancel={stay}
        danger
        onConfirm={confirm}
        onClose={close}
      >
        {text}
      </ConfirmDialog>
    ),
  };
}
