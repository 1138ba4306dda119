import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Brand } from '../../../components/Brand';
import { tellResult } from '../../../lib/connect-channel';
import { failureWords, flowWords } from '../../../lib/connect-outcomes';
import { useConsentFailure } from '../../../lib/consent-failure';
import type { ConnectResult } from '../../../lib/connect-result';
import { ResultActions } from '../components/ResultActions';
import { useOnward } from '../components/use-onward';
import classes from './ConnectResultPage.module.css';

const route = getRouteApi('/connect/result');

/**
 * Where a flow at a provider ends. Nothing of the address is shown: it chooses among words of ours, which the server's log
 * may have better ones for. A window tells
 * the page that opened it and closes itself; a full page goes on to what was connected, or says what to press.
 */
export function ConnectResultPage() {
  const result = route.useSearch();
  const popup = result.display === 'popup';
  const left = useWindowEnd(result, popup);
  const onward = useOnward(result, !popup);
  const { title, text } =
    result.outcome === 'failed' ? failureWords(result) : flowWords(result.flow)[result.outcome];
  // A window leaves the telling to the page that opened it.
  const why = useConsentFailure(popup ? undefined : result.integration, result.code, text);
  useDocumentTitle(`${title} · Latchkey`);
  if (onward || (popup && !left)) return null;
  return (
    <main className={classes.page}>
      <Brand />
      <div className={classes.card}>
        <Title order={1}>{title}</Title>
        <p className={classes.text}>
          {popup ? 'You can close this window and go on in the one before; or go on here.' : why}
        </p>
        <ResultActions result={result} />
      </div>
    </main>
  );
}

/** Gives a window that cannot close itself the time to be closed by the page that opened it. */
const CLOSING_MS = 600;

/** Tells whoever waits, and closes the window; true once it is clear that it stays open. */
function useWindowEnd(result: ConnectResult, popup: boolean): boolean {
  const [left, setLeft] = useState(false);
  useEffect(() => {
    if (!popup) return;
    tellResult(result);
    window.close();
    const late = window.setTimeout(() => setLeft(true), CLOSING_MS);
    return () => window.clearTimeout(late);
  }, [result, popup]);
  return left;
}
