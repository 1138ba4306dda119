import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import { Clock } from '../../common/clock.js';
import { Environment } from '../../config/environment.js';
import type { TestOutcome } from './connection-tester.js';

const LONGEST_BACKOFF_S = 3600;
/** A refused credential is tried once a day: more would lock the account upstream. */
const REFUSED_S = 86_400;
/** Spreads checks that began together. */
const JITTER = 0.1;

/**
 * Seconds until the next check: the interval while it works, doubling with each failure in a row up to an hour,
 * never before a throttling provider allows, and a day after a refused credential.
 * @param failures in a row, this one included
 * @param random from 0 to 1
 */
export function secondsToNextCheck(
  outcome: TestOutcome,
  failures: number,
  interval: number,
  random: number,
): number {
  const spread = 1 + JITTER * (2 * random - 1);
  if (outcome.ok) return interval * spread;
  if (outcome.credentialRefused) return REFUSED_S * spread;
  const backoff = Math.min(interval * 2 ** Math.min(failures - 1, 20), Math.max(LONGEST_BACKOFF_S, interval));
  return Math.max(backoff * spread, outcome.retryAfterSeconds ?? 0);
}

/** When an integration is checked next. */
@Injectable()
export class CheckSchedule {
  constructor(
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  now(): Date {
    return this.clock.date();
  }

  /**
   * @param failures in a row, this outcome included
   * @param config may ask for more frequent checks than the installation makes, as `sync_interval` in seconds
   */
  next(outcome: TestOutcome, failures: number, config: Record<string, FieldValue>): Date {
    const { sync_interval: asked } = config;
    const usual = this.environment.healthCheckInterval;
    const interval = typeof asked === 'number' ? Math.min(asked, usual) : usual;
    return new Date(this.clock.now() + secondsToNextCheck(outcome, failures, interval, Math.random()) * 1000);
  }
}
