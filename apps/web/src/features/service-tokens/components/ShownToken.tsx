import { Button, Group, Stack } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { CopyButton } from '../../../components/CopyButton';
import { Notice } from '../../../components/Notice';
import { Panel } from '../../../components/Panel';
import { RelativeTime } from '../../../components/RelativeTime';
import { useLeaveGuard } from '../../../components/use-leave-guard';
import type { ShownSecret } from '../api/types';
import classes from './Tokens.module.css';

interface ShownTokenProps {
  shown: ShownSecret;
  /** The person has it: the secret goes. */
  onDone: () => void;
}

/** The secret, this once. It is in the state of the page alone, and gone with it. */
export function ShownToken({ shown: { token, secret }, onDone }: ShownTokenProps) {
  const [copied, setCopied] = useState(false);
  const guard = useLeaveGuard(secret !== null && !copied, {
    title: 'Leave without the token?',
    text: 'It was not copied, and it is never shown again. You would have to rotate it to get another.',
    leave: 'Leave without it',
    stay: 'Stay',
  });
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => frame.current?.focus(), []);

  if (secret === null) {
    return (
      <Notice
        tone="warn"
        role="alert"
        title="The token was made, but its secret was lost on the way"
        actions={
          <Button size="xs" onClick={onDone}>
            Go to the token
          </Button>
        }
      >
        The answer to the first attempt did not arrive, and a secret is shown once only. Rotate the token to
        get another.
      </Notice>
    );
  }
  return (
    <div ref={frame} tabIndex={-1} style={{ outline: 'none' }}>
      <Panel title={`The token of “${token.name}”`}>
        <Stack gap="md">
          <Notice tone="warn" role="status" title="Copy it now: it is not shown again">
            Latchkey keeps a keyed hash of it and cannot show it to anybody. Put it where the program finds
            its secrets, never into code or a chat.
          </Notice>
          <div className={classes.secret}>
            <code className={classes.value} aria-label="The token" onCopy={() => setCopied(true)}>
              {secret}
            </code>
            <CopyButton wide value={secret} label="Copy the token" onCopied={() => setCopied(true)} />
          </div>
          {token.previous_until && (
            <Notice tone="idle">
              The one before ends <RelativeTime time={token.previous_until} />: give the program the new one
              by then.
            </Notice>
          )}
          <Group>
            <Button variant="default" onClick={() => guard.leave(onDone)}>
              Done
            </Button>
          </Group>
        </Stack>
      </Panel>
      {guard.dialog}
    </div>
  );
}
