import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { ConnectedAccounts } from '../../inbound/connected-accounts.js';
import {
  Recoveries,
  type RecoveryOutcome,
  type RecoverySubject,
} from '../../integrations/checks/recoveries.js';
import { CredentialUnusableError } from '../../tokens/credential-unusable.error.js';
import { UnsealError } from '../../vault/sealed-format.js';
import { INSTALLATION_APP } from '../github-app.js';
import type { HookState } from './hook-state.js';
import { HookRepair, type HookFinding } from './hook-repair.js';
import { HookStates } from './hook-states.js';
import { KnownApps } from '../apps/known-apps.js';

const EVERY_MS = 10 * 60_000;
/** The installation's App concerns many organisations, and is looked at once for all of them. */
const SHARED_MS = 5 * 60_000;
const MOST_ORGANIZATIONS = 1000;

interface Look {
  at: number;
  outcome: Promise<RecoveryOutcome | null>;
}

/** The webhooks of Apps, looked at every ten minutes: a lost one is set again, and what it missed is asked for again. */
@Injectable()
export class HookRecovery implements OnModuleInit {
  private shared: Look | undefined;

  constructor(
    private readonly recoveries: Recoveries,
    private readonly known: KnownApps,
    private readonly accounts: ConnectedAccounts,
    private readonly states: HookStates,
    private readonly repair: HookRepair,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.recoveries.register('webhook', {
      onSchedule: {
        claim: (limit, except) => this.claim(limit, except),
        look: (subject, mayMend) => this.look(subject, mayMend),
      },
    });
  }

  private async claim(limit: number, except: string[]): Promise<RecoverySubject[]> {
    const now = this.clock.date();
    const next = new Date(now.getTime() + EVERY_MS);
    const subjects: RecoverySubject[] = [];
    for (const due of await this.states.due(now, limit, except)) {
      if (!(await this.states.claim(due, now, next))) continue;
      const accounts = await this.accounts.ofApp(due.organizationId, 'github', due.ref);
      subjects.push({
        organizationId: due.organizationId,
        id: due.ref,
        integrationIds: accounts.map(({ integrationId }) => integrationId),
      });
    }
    if (!this.known.ofInstallation()) return subjects;
    const users = await this.states.ofInstallationApp(MOST_ORGANIZATIONS);
    // While nobody uses it, its turn is kept, so that the first who does need not wait for the next.
    if (users.size > 0 && (await this.states.claimInstallation(now, next))) {
      for (const [organizationId, integrationIds] of users)
        subjects.push({ organizationId, id: INSTALLATION_APP, integrationIds });
    }
    return subjects;
  }

  private look({ organizationId, id }: RecoverySubject, mayMend: boolean): Promise<RecoveryOutcome | null> {
    if (id !== INSTALLATION_APP) return this.lookAt(organizationId, id, mayMend);
    const now = this.clock.now();
    if (!this.shared || now - this.shared.at > SHARED_MS)
      this.shared = { at: now, outcome: this.lookAt(organizationId, id, mayMend) };
    return this.shared.outcome;
  }

  /** What is wrong for longer is said once, when it begins. */
  private async lookAt(
    organizationId: string,
    ref: string,
    mayMend: boolean,
  ): Promise<RecoveryOutcome | null> {
    const before = await this.states.find(organizationId, ref);
    const finding = await this.find(organizationId, ref, before, mayMend);
    if (!finding) return null;
    const { mended, url, problem, redelivered } = finding;
    const state: HookState = {
      ok: problem === null,
      url,
      checked_at: this.clock.date().toISOString(),
      problem,
      redelivered,
    };
    await this.states.save(organizationId, ref, state);
    if (problem !== null && mended !== null) return { outcome: 'failed', message: `${mended}. ${problem}` };
    if (problem !== null)
      return problem === before.problem ? null : { outcome: 'reported', message: problem };
    return mended === null ? null : { outcome: 'recovered', message: mended };
  }

  private async find(
    organizationId: string,
    ref: string,
    before: HookState,
    mayMend: boolean,
  ): Promise<HookFinding | null> {
    const nothing = { mended: null, url: before.url ?? null, redelivered: before.redelivered ?? [] };
    try {
      const app = await this.known.find(organizationId, ref);
      return app ? await this.repair.look(app, before, mayMend) : null;
    } catch (error) {
      if (error instanceof UnsealError)
        return {
          ...nothing,
          problem:
            'The stored secrets of the App cannot be opened. Make another App, or restore the key they were sealed under.',
        };
      if (!(error instanceof CredentialUnusableError)) throw error;
      return { ...nothing, problem: `The webhook could not be looked at: ${error.reason}. ${error.hint}` };
    }
  }
}
