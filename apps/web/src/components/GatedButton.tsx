import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { MouseEventHandler, ReactNode } from 'react';

interface GatedButtonProps extends ButtonProps {
  allowed: boolean;
  /** Why it is not allowed, in words for the person. */
  reason: string;
  onClick: MouseEventHandler<HTMLButtonElement>;
  children: ReactNode;
}

/** A button which stays reachable when it is not allowed, so that its reason can be read. */
export function GatedButton({ allowed, reason, onClick, children, ...rest }: GatedButtonProps) {
  if (allowed) {
    return (
      <Button onClick={onClick} {...rest}>
        {children}
      </Button>
    );
  }
  return (
    <Tooltip label={reason}>
      <Button {...rest} data-disabled aria-disabled onClick={(event) => event.preventDefault()}>
        {children}
      </Button>
    </Tooltip>
  );
}
