import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock.js';
import {
  type ConnectedAccount,
  ConnectedAccountsRepository,
  type AccountKey,
} from './connected-accounts.repository.js';

export type { AccountKey, ConnectedAccount } from './connected-accounts.repository.js';

/** Whom a delivery concerns. */
export interface Addressee {
  organizationId: string;
  integrationId: string;
}

/** Whom integrations speak for, by the names that the providers' deliveries use. */
@Injectable()
export class ConnectedAccounts {
  constructor(
    private readonly repository: ConnectedAccountsRepository,
    private readonly clock: Clock,
  ) {}

  /** In every organisation: which integrations speak for this account. */
  addressees(key: AccountKey): Promise<Addressee[]> {
    return this.repository.addressees(key);
  }

  /** The integration of this organisation that speaks for the account. */
  find(organizationId: string, key: AccountKey): Promise<ConnectedAccount | null> {
    return this.repository.find(organizationId, key);
  }

  /** Whom the integration speaks for. */
  of(organizationId: string, integrationId: string): Promise<ConnectedAccount | null> {
    return this.repository.of(organizationId, integrationId);
  }

  /** Like `of`, in a transaction that is to change it. */
  within(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
  ): Promise<ConnectedAccount | null> {
    return this.repository.within(manager, organizationId, integrationId);
  }

  /** Those of an App that an organisation has. */
  ofApp(
    organizationId: string,
    provider: AccountKey['provider'],
    appKey: string,
  ): Promise<ConnectedAccount[]> {
    return this.repository.ofApp(organizationId, provider, appKey);
  }

  /** How many integrations of an organisation an App has. */
  countOfApp(
    manager: EntityManager,
    organizationId: string,
    provider: AccountKey['provider'],
    appKey: string,
  ): Promise<number> {
    return this.repository.countOfApp(manager, organizationId, provider, appKey);
  }

  /** Writes it with the integration that it belongs to; the account of before is replaced. */
  save(
    manager: EntityManager,
    organizationId: string,
    account: Omit<ConnectedAccount, 'createdAt' | 'updatedAt'>,
  ): Promise<void> {
    return this.repository.save(manager, organizationId, account, this.clock.date());
  }

  /** @returns whether something changed; false as well when there is none. */
  update(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    changes: Partial<Pick<ConnectedAccount, 'name' | 'details' | 'suspendedAt' | 'removedAt'>>,
  ): Promise<boolean> {
    return this.repository.update(manager, organizationId, integrationId, changes, this.clock.date());
  }
}
