import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { ChangeFeed } from '../database/change-feed.js';
import { Installation } from './installation.js';
import { KeyError, KeyStoreUnavailableError, reasonOf } from './key-stores/root-key.js';
import { UnsealError } from './sealed-format.js';
import { UnwrappedKeys } from './unwrapped-keys.js';

/** However often it is asked, the store is called this seldom. */
const PROBE_EVERY_MS = 10_000;

export interface KeyStoreState {
  /** `degraded`: it does not answer, and what is opened is opened with keys in memory. */
  status: 'ok' | 'degraded' | 'unavailable';
  /** Since when it does not answer. */
  since: Date | null;
  /** When the last key in memory ends. */
  usable_until: Date | null;
}

interface Finding {
  at: number;
  /** null: it answers. */
  away: { since: number; error: Error } | null;
}

/** Whether the root key can be used, as far as that can be told without asking its store all the time. */
@Injectable()
export class KeyStoreProbe {
  private readonly logger = new Logger('Keys');
  private finding: Finding | undefined;
  private underWay: Promise<Finding> | undefined;

  constructor(
    private readonly installation: Installation,
    private readonly keys: UnwrappedKeys,
    private readonly clock: Clock,
    changes: ChangeFeed,
  ) {
    // Another replica has rotated the root key.
    changes.on('installation', () => void this.probe().catch(() => undefined));
  }

  /** @throws what the database throws. */
  async check(): Promise<KeyStoreState> {
    const { finding } = this;
    const recent = finding && this.clock.now() < finding.at + PROBE_EVERY_MS;
    const { away } = recent ? finding : await this.probe();
    if (!away) return { status: 'ok', since: null, usable_until: null };
    const { until } = this.keys.usable(away.error instanceof KeyStoreUnavailableError);
    return {
      status: until ? 'degraded' : 'unavailable',
      since: new Date(away.since),
      usable_until: until,
    };
  }

  private probe(): Promise<Finding> {
    this.underWay ??= this.look().finally(() => (this.underWay = undefined));
    return this.underWay;
  }

  private async look(): Promise<Finding> {
    const error = await this.installation.refresh().then(
      () => null,
      (thrown: Error) => thrown,
    );
    if (error && !isAboutKeys(error)) throw error;
    const before = this.finding?.away ?? null;
    if (error && !before) this.logger.error(`The root key cannot be used: ${reasonOf(error)}`);
    if (!error && before) this.logger.log('The root key can be used again.');
    const at = this.clock.now();
    this.finding = { at, away: error && { since: before?.since ?? at, error } };
    return this.finding;
  }
}

const isAboutKeys = (error: Error): boolean =>
  error instanceof KeyStoreUnavailableError || error instanceof KeyError || error instanceof UnsealError;
