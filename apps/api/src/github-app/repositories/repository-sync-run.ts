import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../../common/app-error.js';
import { Database } from '../../database/database.js';
import { IntegrationStanding } from '../../integrations/checks/integration-standing.js';
import { CredentialUnusableError } from '../../tokens/usable-credentials.js';
import { RepositoriesRepository } from './repositories.repository.js';
import { type RepositoryPage, RepositoryListing } from './repository-listing.js';
import {
  type HeldSync,
  type Progress,
  RepositorySyncsRepository,
  type SyncKey,
} from './repository-syncs.repository.js';

/** Another has taken over: it was thought dead. */
class Overtaken extends Error {}

type SendNext = (manager: EntityManager, next: { failures?: number; afterSeconds?: number }) => Promise<void>;

const MOST_FAILURES = 4;
const FIRST_PAUSE_S = 30;
/** Kinds of failure that may pass by themselves. */
const PASSING = ['timeout', 'refused', 'dns', 'bad_response'];

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** Counts one listing. */
class Tally implements Progress {
  total: number | null = null;
  added = 0;
  changed = 0;
  unreadable = 0;
  private seen = new Set<string>();

  get done(): number {
    return this.seen.size;
  }

  /** Those that did not come before: pages shift while repositories are made and deleted. */
  take({ repositories, total, unreadable }: RepositoryPage) {
    if (total !== null) this.total = total;
    this.unreadable += unreadable;
    const fresh = repositories.filter(({ githubId }) => !this.seen.has(githubId));
    const unique = [...new Map(fresh.map((repository) => [repository.githubId, repository])).values()];
    for (const { githubId } of unique) this.seen.add(githubId);
    return unique;
  }

  restart(): void {
    this.seen = new Set();
    this.total = null;
    this.unreadable = 0;
  }

  /** Everything that GitHub counts was seen, so that what was not is not there. */
  get isComplete(): boolean {
    return this.unreadable === 0 && (this.total === null || this.done >= this.total);
  }
}

/** One reading of an integration's repositories, under a lease: only who holds it writes. */
@Injectable()
export class RepositorySyncRun {
  constructor(
    private readonly database: Database,
    private readonly listing: RepositoryListing,
    private readonly repositories: RepositoriesRepository,
    private readonly syncs: RepositorySyncsRepository,
    private readonly standing: IntegrationStanding,
  ) {}

  /** Asks for another in a transaction of its own. */
  again({ organizationId }: SyncKey, ask: (manager: EntityManager) => Promise<void>): Promise<void> {
    return this.database.tenant(organizationId, ask);
  }

  async carryOut(held: HeldSync, failures: number, signal: AbortSignal, send: SendNext): Promise<void> {
    const tally = new Tally();
    try {
      await this.read(held, tally, signal);
      if (await this.repositories.hasUnseen(held.organizationId, held.integrationId, held.startedAt)) {
        // Pages shift while repositories come and go, and hide some: only what two readings do not show is gone.
        tally.restart();
        await this.read(held, tally, signal);
      }
      await this.complete(held, tally, send);
    } catch (error) {
      if (error instanceof Overtaken) return;
      await this.fail(held, error, failures, send);
    }
  }

  private async read(held: HeldSync, tally: Tally, signal: AbortSignal): Promise<void> {
    const { organizationId, integrationId } = held;
    for await (const page of this.listing.pages(organizationId, integrationId, () => tally.restart())) {
      // The process stops: the lease ends by itself, and another goes on.
      if (signal.aborted) throw new Overtaken();
      const repositories = tally.take(page);
      await this.database.tenant(organizationId, async (manager) => {
        // First, so that who lost the lease writes nothing.
        if (!(await this.syncs.advance(manager, held, tally))) throw new Overtaken();
        const counts = await this.repositories.upsert(manager, organizationId, integrationId, repositories);
        tally.added += counts.added;
        tally.changed += counts.changed;
      });
    }
  }

  /** Only now is known what is gone; a listing that is not whole takes nothing away. */
  private async complete(held: HeldSync, tally: Tally, send: SendNext): Promise<void> {
    const { organizationId, integrationId, startedAt } = held;
    await this.database.tenant(organizationId, async (manager) => {
      if (!(await this.syncs.advance(manager, held, tally))) throw new Overtaken();
      const error = tally.isComplete
        ? null
        : `GitHub showed ${tally.done} repositories${tally.total === null ? '' : ` of ${tally.total}`} that could be ` +
          'read, so none was taken away. The next sync looks again.';
      const removed = error
        ? 0
        : await this.repositories.removeUnseen(manager, organizationId, integrationId, startedAt);
      const again = await this.syncs.finish(manager, held, { removed, error });
      if (again === null) throw new Overtaken();
      if (again) await send(manager, {});
      const { added, changed, done } = tally;
      await this.standing.note(manager, organizationId, integrationId, {
        action: 'repositories_synced',
        status: error ? 'warning' : 'success',
        message: error ?? `${done} repositories: ${added} added, ${changed} changed, ${removed} removed`,
        metadata: { total: done, added, changed, removed },
      });
    });
  }

  private async fail(held: HeldSync, error: unknown, failures: number, send: SendNext): Promise<void> {
    // It was deleted, and the row of its sync with it.
    if (error instanceof AppError && error.code === 'NOT_FOUND') return;
    const { organizationId, integrationId } = held;
    const pause = pauseAfter(error, failures);
    const reason = wordsFor(error);
    await this.database.tenant(organizationId, async (manager) => {
      if (pause !== null) {
        const waiting = `${reason} It goes on by itself in ${Math.ceil(pause / 60)} min.`;
        if (await this.syncs.postpone(manager, held, pause, waiting))
          await send(manager, { failures: failures + (isLimited(error) ? 0 : 1), afterSeconds: pause });
        return;
      }
      const again = await this.syncs.finish(manager, held, { removed: 0, error: reason });
      if (again === null) return;
      if (again) await send(manager, {});
      await this.standing.note(manager, organizationId, integrationId, {
        action: 'repositories_synced',
        status: 'failure',
        message: reason,
      });
    });
    if (!(error instanceof AppError) && !(error instanceof CredentialUnusableError)) throw error;
  }
}

const isLimited = (error: unknown): boolean =>
  error instanceof CredentialUnusableError && error.retryAfterSeconds !== undefined;

/** Seconds until it is worth trying again; null when it is not. */
function pauseAfter(error: unknown, failures: number): number | null {
  if (!(error instanceof CredentialUnusableError)) return null;
  if (error.retryAfterSeconds !== undefined) return error.retryAfterSeconds;
  if (error.kind === 'rate_limited') return 60;
  if (!PASSING.includes(error.kind) || failures >= MOST_FAILURES) return null;
  return FIRST_PAUSE_S * 2 ** failures;
}

function wordsFor(error: unknown): string {
  if (error instanceof AppError) return error.message;
  if (error instanceof CredentialUnusableError) return `${sentence(error.reason)} ${sentence(error.hint)}`;
  return 'It failed through a fault of our own; the log has more.';
}
