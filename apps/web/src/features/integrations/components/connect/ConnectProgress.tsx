import { Button, Loader } from '@mantine/core';
import { Notice } from '../../../../components/Notice';
import { messageOf } from '../../../../lib/api-error';
import { failureWords } from '../../../../lib/connect-outcomes';
import { useConsentFailure } from '../../../../lib/consent-failure';
import type { FlowState } from './connect-flows';
import { sentenceStart } from './oauth-way';
import { RemedyActions } from './RemedyActions';
import type { Connect } from './use-connect';
import classes from './ConnectProgress.module.css';

interface ConnectProgressProps {
  integrationId: string;
  provider: string;
  state: FlowState;
  connect: Connect;
}

/** How the consent in the other window goes, and the way on when it does not. */
export function ConnectProgress({ integrationId, provider, state, connect }: ConnectProgressProps) {
  const dismiss = { onDismiss: connect.end };
  const again = (
    <Button size="xs" onClick={() => connect.begin()}>
      Try again
    </Button>
  );
  const here = (
    <Button
      size="xs"
      variant={state.phase === 'blocked' ? 'filled' : 'default'}
      loading={connect.leaving}
      onClick={() => connect.beginHere()}
    >
      Continue in this window
    </Button>
  );
  switch (state.phase) {
    case 'opening':
    case 'waiting':
      return <Waiting provider={provider} connect={connect} here={here} />;
    case 'blocked':
      return (
        <Notice
          tone="warn"
          role="alert"
          title="The browser did not let the window open"
          actions={
            <>
              {here}
              <Button size="xs" variant="default" onClick={() => connect.begin()}>
                Try the window again
              </Button>
            </>
          }
          {...dismiss}
        >
          Go on in this window, which comes back here afterwards; or allow windows for this page.
        </Notice>
      );
    case 'closed':
      return (
        <Notice
          tone="warn"
          role="alert"
          title="The window was closed before the connection was made"
          actions={
            <>
              {again}
              {here}
            </>
          }
          {...dismiss}
        >
          Nothing was changed. If it is still open somewhere, go on in it: this page notices.
        </Notice>
      );
    case 'refused':
      return (
        <Notice
          tone="bad"
          role="alert"
          title="The connection could not be begun"
          actions={again}
          {...dismiss}
        >
          {messageOf(state.error)}
        </Notice>
      );
    case 'failed':
      return (
        <Failed code={state.code} connect={connect} integrationId={integrationId} again={again} here={here} />
      );
    case 'connected':
      return <Notice tone="ok" role="status" title={`${sentenceStart(provider)} is connected`} />;
  }
}

interface FailedProps {
  integrationId: string;
  code: string | undefined;
  connect: Connect;
  again: React.ReactNode;
  here: React.ReactNode;
}

function Failed({ integrationId, code, connect, again, here }: FailedProps) {
  const { title, text, remedy } = failureWords({ flow: 'connect', code });
  const why = useConsentFailure(integrationId, code, text);
  return (
    <Notice
      tone="bad"
      role="alert"
      title={title}
      actions={<RemedyActions remedy={remedy} again={again} here={here} onEnd={connect.end} />}
      onDismiss={connect.end}
    >
      {why}
    </Notice>
  );
}

interface WaitingProps {
  provider: string;
  connect: Connect;
  here: React.ReactNode;
}

function Waiting({ provider, connect, here }: WaitingProps) {
  return (
    <Notice
      tone="idle"
      role="status"
      title={
        <span className={classes.waiting}>
          <Loader size={12} aria-hidden /> Waiting for {provider}
        </span>
      }
      actions={
        <>
          <Button size="xs" variant="default" onClick={connect.show}>
            Show the window
          </Button>
          {here}
          <Button size="xs" variant="subtle" onClick={connect.end}>
            Stop waiting
          </Button>
        </>
      }
    >
      Sign in and agree in the window that opened. This page goes on by itself.
    </Notice>
  );
}
