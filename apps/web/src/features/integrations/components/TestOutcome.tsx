import { Loader, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Facts } from '../../../components/Facts';
import { Notice } from '../../../components/Notice';
import { messageOf } from '../../../lib/api-error';
import { formatMilliseconds, formatValue, humanize } from '../../../lib/format';
import type { TestResult } from '../api/types';
import { connectionFailureOf } from './connection-failure';

/** A connection test under way. */
export function TestRunning({ service }: { service: string }) {
  return (
    <Notice tone="idle" role="status" title={`Asking ${service}…`}>
      <Text
        size="sm"
        c="dimmed"
        component="span"
        display="inline-flex"
        style={{ gap: '0.5rem', alignItems: 'center' }}
      >
        <Loader size={12} aria-hidden /> The credentials are tried against the service itself.
      </Text>
    </Notice>
  );
}

function detailLabel(key: string): string {
  return key === 'response_time_ms' ? 'Response time' : humanize(key);
}

function detailValue(key: string, value: unknown): string {
  return key === 'response_time_ms' && typeof value === 'number'
    ? formatMilliseconds(value)
    : formatValue(value);
}

interface TestPassedProps {
  result: TestResult;
  onDismiss?: () => void;
}

export function TestPassed({ result, onDismiss }: TestPassedProps) {
  const facts = Object.entries(result.details).map(([key, value]) => ({
    label: detailLabel(key),
    value: detailValue(key, value),
  }));
  return (
    <Notice tone="ok" role="status" title={result.message || 'The connection works'} onDismiss={onDismiss}>
      {facts.length > 0 && <Facts rows facts={facts} />}
    </Notice>
  );
}

interface TestFailedProps {
  error: unknown;
  /** What the failure meant for what was saved: “The old credentials were kept.” */
  consequence?: ReactNode;
  actions?: ReactNode;
  onDismiss?: () => void;
}

/** Why a test failed and what to do about it. */
export function TestFailed({ error, consequence, actions, onDismiss }: TestFailedProps) {
  const failure = connectionFailureOf(error);
  if (!failure) {
    return (
      <Notice
        tone="bad"
        role="alert"
        title="The test could not be run"
        actions={actions}
        onDismiss={onDismiss}
      >
        {messageOf(error)} {consequence}
      </Notice>
    );
  }
  const facts = [
    { label: 'Reason', value: failure.reason },
    { label: 'What to do', value: failure.hint },
    ...(failure.statusCode === null ? [] : [{ label: 'Answer', value: `HTTP ${failure.statusCode}` }]),
    ...(failure.responseTimeMs === null
      ? []
      : [{ label: 'Response time', value: formatMilliseconds(failure.responseTimeMs) }]),
  ];
  return (
    <Notice tone="bad" role="alert" title={failure.title} actions={actions} onDismiss={onDismiss}>
      {consequence && <Text size="sm">{consequence}</Text>}
      <Facts rows facts={facts} />
    </Notice>
  );
}
