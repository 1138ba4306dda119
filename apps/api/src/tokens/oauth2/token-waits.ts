import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '../../database/change-feed.js';
import type { Place } from './token-leases.repository.js';

/** Notices may be lost, so whoever waits also looks by itself. */
const LOOK_MS = 250;

/** Waiting for another replica to finish with a credential. */
@Injectable()
export class TokenWaits {
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(feed: ChangeFeed) {
    feed.on('integration', (organizationId, id) => this.wake(`${organizationId} ${id}`));
  }

  /** Resolves when somebody says that the integration has changed, and soon in any case. */
  async once({ organizationId, integrationId }: Place): Promise<void> {
    const key = `${organizationId} ${integrationId}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    const others = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, others.add(resolve));
    const timer = setTimeout(resolve, LOOK_MS);
    await promise;
    clearTimeout(timer);
    others.delete(resolve);
    if (others.size === 0 && this.waiting.get(key) === others) this.waiting.delete(key);
  }

  private wake(key: string): void {
    for (const resolve of this.waiting.get(key) ?? []) resolve();
  }
}
