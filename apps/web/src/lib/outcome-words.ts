/** What helps: another attempt, the client's data, another permission, or only going back. */
export type Remedy = 'again' | 'client' | 'open' | 'sign-in' | 'list';

export interface OutcomeWords {
  title: string;
  text: string;
  remedy: Remedy;
}

/** What a flow's good ends are called. */
export interface FlowWords {
  connected: Pick<OutcomeWords, 'title' | 'text'>;
  /** Somebody else has to agree first. */
  pending: Pick<OutcomeWords, 'title' | 'text'>;
  /** Failures that mean something else in this flow. */
  failures: Record<string, OutcomeWords>;
}
