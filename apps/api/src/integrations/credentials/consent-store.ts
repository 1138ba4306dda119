import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../../common/actor.js';
import type { AppError } from '../../common/app-error.js';
import { CredentialsService, versionOf } from '../../tokens/credentials.service.js';
import type { TokenGrant } from '../../tokens/oauth2/oauth-client.js';
import { credentialOfGrant } from '../../tokens/oauth2/token-set.js';
import { ActivityRepository } from '../activity.repository.js';
import { AfterConnect } from '../after-connect.js';
import { IntegrationChanges } from '../integration-changes.js';
import type { Integration } from '../integration.entity.js';
import { IntegrationsRepository } from '../integrations.repository.js';
import type { SavedParty } from '../tokens/oauth-parties.js';
import { TokenHistoryRepository } from '../tokens/token-history.repository.js';

export interface NewConsent {
  grant: TokenGrant;
  scopesAsked: string[];
  /** The settings, with what the provider's answer added to them. */
  config: Record<string, FieldValue>;
}

type Account = TokenGrant['account'];

/** The credential was replaced or refreshed after it was read. */
class Overtaken extends Error {}

const nameOf = (account: Account): string | undefined => account?.name ?? account?.id;

/** True when the provider named another account than before. */
function isAnother(before: Account | undefined, now: Account): boolean {
  if (before?.id !== undefined && now?.id !== undefined) return before.id !== now.id;
  return before?.name !== undefined && now?.name !== undefined && before.name !== now.name;
}

/** What consents bring, and those that fail, written down: each in one transaction. */
@Injectable()
export class ConsentStore {
  constructor(
    private readonly transactions: IntegrationChanges,
    private readonly repository: IntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly activity: ActivityRepository,
    private readonly history: TokenHistoryRepository,
    private readonly afterConnect: AfterConnect,
  ) {}

  /**
   * Keeps the tokens before anything else is done with them. The integration keeps its id, its name and its settings.
   * @returns false when the credential is another one than `party` was read with; nothing was kept then.
   * @throws AppError NOT_FOUND when the integration is gone
   */
  async keep(
    actor: Actor,
    organizationId: string,
    id: string,
    party: SavedParty,
    consent: NewConsent,
  ): Promise<boolean> {
    const { grant, scopesAsked } = consent;
    const previous = { fields: party.fields, oauth: party.credential.metadata.oauth };
    const made = credentialOfGrant(party.way, {
      grant,
      fields: party.fields,
      client: party.client.of,
      scopesAsked,
      // When the code was exchanged.
      now: grant.receivedAt,
      random: Math.random(),
      previous,
    });
    const credential = await this.credentials.seal(organizationId, id, made, party.credential.id);
    const before = previous.oauth?.account;
    const again = previous.oauth !== undefined;
    const audit = {
      action: 'integration.connected',
      metadata: {
        scopes: grant.scopes ?? scopesAsked,
        account: nameOf(grant.account) ?? null,
        client: party.client.of,
        again,
        ...(isAnother(before, grant.account) ? { account_before: nameOf(before ?? null) } : {}),
      },
    };
    try {
      await this.transactions.change(actor, organizationId, id, audit, async (manager, now, current) => {
        const standing = await this.credentials.standing(manager, organizationId, id);
        if (standing?.version !== versionOf(party.credential)) throw new Overtaken();
        await this.credentials.replace(manager, credential);
        await this.revive(manager, current, consent.config, now);
        const entry = logOf(again, before, grant);
        const { message } = entry;
        const { expiresAt } = credential;
        await this.activity.log(manager, organizationId, id, now, entry);
        await this.history.connected(manager, organizationId, id, { at: now, message, expiresAt });
        await this.afterConnect.tell(manager, {
          organizationId,
          integrationId: id,
          typeId: current.integrationTypeId,
          authMode: current.authMode,
          cause: 'consent',
          client: { of: party.client.of, id: party.client.id },
          account: grant.account,
          details: { ...grant.captured },
        });
      });
      return true;
    } catch (error) {
      if (error instanceof Overtaken) return false;
      throw error;
    }
  }

  /** Nothing was kept: why stands in the log, where the integration still exists, and in the audit trail. */
  async fail(
    actor: Actor,
    organizationId: string,
    id: string,
    { code, message, details }: AppError,
  ): Promise<void> {
    const blocked = ['FORBIDDEN', 'NOT_FOUND'].includes(code);
    const known = {
      code,
      ...pick(details, 'provider_error'),
      ...pick(details, 'missing_scopes'),
    };
    await this.transactions.locked(organizationId, id, async (manager, now, current) => {
      if (current && !blocked)
        await this.activity.log(manager, organizationId, id, now, {
          action: 'authorisation_failed',
          status: 'failure',
          message,
          metadata: known,
        });
      await this.transactions.record(
        manager,
        actor,
        { organizationId, id },
        { action: 'integration.connect_failed', outcome: blocked ? 'blocked' : 'failure', metadata: known },
      );
    });
  }

  /** One that is disabled stays so. What was wrong with the credential before is no more. */
  private async revive(
    manager: EntityManager,
    { organizationId, id, status }: Integration,
    config: Record<string, FieldValue>,
    now: Date,
  ): Promise<void> {
    const works = status === 'active' || status === 'disabled';
    await this.repository.update(manager, organizationId, id, {
      config,
      updatedAt: now,
      ...(status === 'disabled' ? {} : { nextCheckAt: now }),
      ...(works
        ? {}
        : {
            status: 'pending',
            statusChangedAt: now,
            errorCode: null,
            errorMessage: null,
            errorHint: null,
            consecutiveFailures: 0,
          }),
    });
  }
}

function logOf(again: boolean, before: Account | undefined, { account, scopes }: TokenGrant) {
  const name = nameOf(account);
  const other = isAnother(before, account);
  const as = name === undefined ? '' : ` as ${name}`;
  return {
    action: 'authorised',
    status: other ? ('warning' as const) : ('success' as const),
    message: other
      ? `Authorised again${as}, another account than before (${nameOf(before ?? null)})`
      : `Authorised${again ? ' again' : ''}${as}`,
    metadata: { ...(scopes ? { scopes } : {}), ...(account ? { account } : {}), other_account: other },
  };
}

const pick = (details: Record<string, unknown> | undefined, name: string): Record<string, unknown> =>
  details?.[name] === undefined ? {} : { [name]: details[name] };
