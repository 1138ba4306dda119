import { Injectable } from '@nestjs/common';
import type { TestFailure } from './connection-tester.js';

/** What is mended: a token, a webhook at the provider, an installation of an App. */
export type RecoveryKind = 'token' | 'webhook' | 'installation';

/** A check that failed, before the integration is called broken. */
export interface FailedCheck {
  organizationId: string;
  integrationId: string;
  failure: TestFailure;
  /** When the check began. */
  since: Date;
}

/** Something that is looked after on a schedule, and the integrations that are concerned when it is broken. */
export interface RecoverySubject {
  organizationId: string;
  /** Of the thing itself, for whoever claimed it. */
  id: string;
  integrationIds: string[];
}

export interface RecoveryOutcome {
  /** `recovered`: it was mended; `failed`: that was tried; `reported`: nobody but a person can. */
  outcome: 'recovered' | 'failed' | 'reported';
  /** What was found and done, and what is left to do, in our own words. */
  message: string;
}

export interface Recovery {
  /**
   * Mends what may have made a check fail; it is not called again while the incident lasts.
   * @returns null where this failure is none of its business.
   */
  afterFailure?(failed: FailedCheck): Promise<RecoveryOutcome | null>;
  /** For what no check notices. */
  onSchedule?: {
    /**
     * Takes up to `limit` that are due to be looked at, so that other replicas take others.
     * @param except organisations that have as many under way as they may
     */
    claim(limit: number, except: string[]): Promise<RecoverySubject[]>;
    /**
     * Looks, and mends what is broken. What it throws is written to our log, and nothing else comes of it.
     * @param mayMend false when it was mended so often today that something else must be wrong: then it only says so.
     * @returns null when all is well.
     */
    look(subject: RecoverySubject, mayMend: boolean): Promise<RecoveryOutcome | null>;
  };
}

/**
 * What can be mended without a person. The modules that know how register it when they start (`onModuleInit`), and the
 * health monitor says when: it bounds the attempts and writes each to the integration's log.
 */
@Injectable()
export class Recoveries {
  private readonly known = new Map<RecoveryKind, Recovery>();

  register(kind: RecoveryKind, recovery: Recovery): void {
    this.known.set(kind, recovery);
  }

  all(): [RecoveryKind, Recovery][] {
    return [...this.known];
  }
}
