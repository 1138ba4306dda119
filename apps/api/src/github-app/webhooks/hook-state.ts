/** How the webhook of an App does, as it was found last. `{}` before it was looked at. */
export interface HookState {
  ok?: boolean;
  /** The address that GitHub has. */
  url?: string | null;
  checked_at?: string;
  /** What is wrong and what to do, in our own words. */
  problem?: string | null;
  /** Deliveries that were asked for again already, so that each is asked for once. */
  redelivered?: string[];
}
