import '@fastify/cookie';
import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PrincipalsService } from '../auth/principals.service.js';
import { type Actor, organizationOf } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { originOf } from '../common/decorators.js';
import { newId } from '../common/new-id.js';
import { Environment } from '../config/environment.js';
import { Installation } from '../vault/installation.js';
import { type FlowAudit, FlowJournal } from './flow-journal.js';
import { FlowStatesRepository, type FlowPurpose, type FlowRow } from './flow-states.repository.js';
import {
  codeVerifierOf,
  cookieOfState,
  isBrowserSecret,
  newBrowserSecret,
  newState,
  organizationOfState,
  sha256,
} from './flow-tokens.js';
import { FlowRefused, type Why } from './flow-refusals.js';

export type { FlowPurpose, FlowRow } from './flow-states.repository.js';

const LIFETIME_SECONDS = 600;
/** How long one that is over is remembered, so that whoever comes late is told why. */
const KEPT_MS = 86_400_000;
const COOKIE_PATH = '/api/v1';

export interface NewFlow {
  purpose: FlowPurpose;
  integrationId?: string;
  /** What is needed when the browser comes back; never a secret. */
  details: Record<string, unknown>;
  /** Written to the audit trail with it. */
  audit?: FlowAudit;
}

export interface Redeemed {
  row: FlowRow;
  /** Who began it, with what they may do now. */
  actor: Actor;
  codeVerifier: string;
}

/**
 * Flows that leave in a person's browser and come back to a public route. The state is bound to the person, their
 * session, the organisation, the integration and the browser, works once, and for ten minutes.
 */
@Injectable()
export class FlowStates {
  constructor(
    private readonly repository: FlowStatesRepository,
    private readonly journal: FlowJournal,
    private readonly principals: PrincipalsService,
    private readonly installation: Installation,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  /** Begins a flow; the browser gets a cookie with the answer. */
  async begin(
    actor: Actor,
    { purpose, integrationId, details, audit }: NewFlow,
    reply: FastifyReply,
  ): Promise<{ state: string; codeVerifier: string; expiresAt: Date }> {
    const organizationId = organizationOf(actor);
    const state = newState(organizationId);
    const browserSecret = newBrowserSecret();
    const createdAt = this.clock.date();
    const expiresAt = new Date(createdAt.getTime() + LIFETIME_SECONDS * 1000);
    const flow: FlowRow = {
      organizationId,
      id: newId(),
      stateHash: sha256(state),
      browserHash: sha256(browserSecret),
      userId: actor.userId,
      sessionId: actor.sessionId,
      purpose,
      integrationId: integrationId ?? null,
      details,
      createdAt,
      expiresAt,
      usedAt: null,
    };
    await this.journal.begin(actor, flow, audit);
    void reply.setCookie(cookieOfState(flow.stateHash), browserSecret, {
      ...this.cookieOptions(),
      maxAge: LIFETIME_SECONDS,
    });
    return { state, codeVerifier: this.verifier(state, browserSecret), expiresAt };
  }

  /**
   * The browser is back. The state is used up by it, whatever comes after; of two requests at once one wins. A HEAD
   * request, which Fastify answers with the route of the GET, uses nothing up.
   * @param owner who must have begun it, on routes with a session
   * @throws AppError OAUTH_STATE_INVALID, OAUTH_STATE_EXPIRED, OAUTH_STATE_USED
   */
  async redeem(
    request: FastifyRequest,
    reply: FastifyReply,
    state: unknown,
    purpose: FlowPurpose,
    owner?: Actor,
  ): Promise<Redeemed> {
    const organizationId = typeof state === 'string' ? organizationOfState(state) : undefined;
    if (typeof state !== 'string' || organizationId === undefined || request.method === 'HEAD')
      return this.refuse(request, 'malformed', undefined, owner);
    const stateHash = sha256(state);
    const row = await this.repository.find(organizationId, stateHash);
    const browserSecret = request.cookies[cookieOfState(stateHash)];
    const why = this.objectionTo(row, browserSecret, purpose, owner);
    if (!row || why) return this.refuse(request, why ?? 'unknown', row, owner);
    if (!(await this.repository.use(organizationId, row.id, this.clock.date())))
      return this.refuse(request, 'used', row, owner);
    void reply.clearCookie(cookieOfState(stateHash), this.cookieOptions());
    const person = await this.principals.find(row.sessionId, row.userId, organizationId);
    if (!person?.organizationId) return this.refuse(request, 'person', row, owner);
    return {
      row,
      actor: { ...person, origin: originOf(request) },
      codeVerifier: this.verifier(state, browserSecret ?? ''),
    };
  }

  /**
   * A flow on its way, for a page of ours in between: nothing is used up.
   * @throws AppError OAUTH_STATE_INVALID, OAUTH_STATE_EXPIRED, OAUTH_STATE_USED
   */
  async look(request: FastifyRequest, state: unknown, purpose: FlowPurpose): Promise<FlowRow> {
    const organizationId = typeof state === 'string' ? organizationOfState(state) : undefined;
    if (typeof state !== 'string' || organizationId === undefined)
      return this.refuse(request, 'malformed', undefined, undefined);
    const stateHash = sha256(state);
    const row = await this.repository.find(organizationId, stateHash);
    const why = this.objectionTo(row, request.cookies[cookieOfState(stateHash)], purpose, undefined);
    return !row || why ? this.refuse(request, why ?? 'unknown', row, undefined) : row;
  }

  /** Those of yesterday are forgotten. */
  async purge(): Promise<void> {
    await this.repository.purge(new Date(this.clock.now() - KEPT_MS));
  }

  /** Used and expired ones are told as what they are: the browser's cookie is gone by then. */
  private objectionTo(
    row: FlowRow | undefined,
    browserSecret: string | undefined,
    purpose: FlowPurpose,
    owner: Actor | undefined,
  ): Why | undefined {
    if (!row) return 'unknown';
    if (row.purpose !== purpose) return 'purpose';
    if (owner && (owner.userId !== row.userId || owner.organizationId !== row.organizationId)) return 'owner';
    if (row.usedAt) return 'used';
    if (row.expiresAt.getTime() <= this.clock.now()) return 'expired';
    if (!isBrowserSecret(browserSecret)) return 'browser';
    return timingSafeEqual(sha256(browserSecret), row.browserHash) ? undefined : 'browser';
  }

  private async refuse(
    request: FastifyRequest,
    why: Why,
    row: FlowRow | undefined,
    owner: Actor | undefined,
  ): Promise<never> {
    const refusal = new FlowRefused(why, this.environment.publicUrl.origin, row);
    await this.journal.refused(refusal.code, why, row, owner ?? originOf(request));
    throw refusal;
  }

  private verifier(state: string, browserSecret: string): string {
    return codeVerifierOf(this.installation.tokenKey, state, browserSecret);
  }

  private cookieOptions() {
    return {
      httpOnly: true,
      secure: this.environment.secureCookies,
      // A strict one would not come along when the provider sends the browser back.
      sameSite: 'lax',
      path: COOKIE_PATH,
    } as const;
  }
}
