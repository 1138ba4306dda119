import { Injectable } from '@nestjs/common';
import { choosableResources } from '@latchkey/catalogue';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { ConsentStore } from '../integrations/credentials/consent-store.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import type { IntegrationRow } from '../integrations/integration.row.js';
import { IntegrationTestingService } from '../integrations/checks/integration-testing.service.js';
import { OAuthParties, type SavedParty } from '../integrations/tokens/oauth-parties.js';
import { type CallbackParameters, readCallback } from './callback-parameters.js';
import { ConsentExchange, fingerprintOf } from './consent-exchange.js';
import { changedMeanwhile } from './consent-errors.js';
import { type ConsentDetails, readDetails } from './consent-details.js';
import { FlowRefused } from './flow-refusals.js';
import { FlowStates, type Redeemed } from './flow-states.service.js';

/** How often tokens that were refreshed in the same moment are read anew. */
const ATTEMPTS = 5;

/** How a consent ended. */
export interface Conclusion {
  display: ConsentDetails['display'];
  /** null where whoever came may not know. */
  integrationId: string | null;
  /** Who began it; undefined when the state was not taken. */
  actor?: Actor;
  /** The tokens are kept. */
  kept: boolean;
  /** There is something of the account to choose. */
  choose: boolean;
  /** Why nothing was kept; or, where something was, why it does not work. */
  failure?: AppError;
}

/** The browser is back from the provider. */
@Injectable()
export class Consents {
  constructor(
    private readonly flows: FlowStates,
    private readonly reader: IntegrationReader,
    private readonly parties: OAuthParties,
    private readonly exchange: ConsentExchange,
    private readonly store: ConsentStore,
    private readonly testing: IntegrationTestingService,
  ) {}

  /**
   * @param raw the parameters as they came
   * @param owner who must have begun it, on routes with a session
   * @throws what is a fault of ours; everything else is a conclusion
   */
  async conclude(
    request: FastifyRequest,
    reply: FastifyReply,
    raw: Record<string, unknown>,
    owner?: Actor,
  ): Promise<Conclusion> {
    const parameters = readCallback(raw);
    let redeemed: Redeemed;
    try {
      redeemed = await this.flows.redeem(request, reply, parameters.state, 'connect', owner);
    } catch (error) {
      if (!(error instanceof FlowRefused)) throw error;
      const { flow } = error;
      const { display } = readDetails(flow?.details ?? {});
      const integrationId = flow?.integrationId ?? null;
      return { display, integrationId, kept: false, choose: false, failure: error };
    }
    const { actor, row: flow } = redeemed;
    const integrationId = flow.integrationId!;
    const { display } = readDetails(flow.details);
    const base = { display, integrationId, actor };
    try {
      const row = await this.reader.requirePermitted(actor, 'credentials:update', integrationId);
      const party = await this.accept(actor, row, parameters, redeemed);
      const failure = row.status === 'disabled' ? undefined : await this.failureOf(actor, integrationId);
      const choose = failure === undefined && choosableResources(party.manifest, party.way).length > 0;
      return { ...base, kept: true, choose, failure };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await this.store.fail(actor, flow.organizationId, integrationId, error);
      return { ...base, kept: false, choose: false, failure: error };
    }
  }

  /** Exchanges the code and keeps the tokens. @throws AppError when nothing is kept */
  private async accept(
    actor: Actor,
    row: IntegrationRow,
    parameters: CallbackParameters,
    { row: flow, codeVerifier }: Redeemed,
  ): Promise<SavedParty> {
    const { scopes, fingerprint } = readDetails(flow.details);
    const state = String(parameters.state);
    let party = await this.unchanged(row, fingerprint);
    const consent = await this.exchange.run(party, { parameters, state, codeVerifier, scopes });
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        if (await this.store.keep(actor, row.organization_id, row.id, party, consent)) return party;
        party = await this.unchanged(await this.reader.require(actor, row.id), fingerprint);
      }
      throw changedMeanwhile();
    } catch (error) {
      await this.exchange.withdraw(party, consent.grant);
      throw error;
    }
  }

  /** @throws AppError CONFLICT when the code was given for another client or another address */
  private async unchanged(row: IntegrationRow, fingerprint: string): Promise<SavedParty> {
    const party = await this.parties.require(row);
    if (fingerprintOf(party) !== fingerprint) throw changedMeanwhile();
    return party;
  }

  /** The person lands on the truth: whether it works. The consent stands either way. */
  private async failureOf(actor: Actor, id: string): Promise<AppError | undefined> {
    try {
      await this.testing.test(actor, id);
      return undefined;
    } catch (error) {
      if (error instanceof AppError) return error;
      throw error;
    }
  }
}
