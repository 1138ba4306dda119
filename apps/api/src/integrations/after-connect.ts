import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** An integration reaches its service, and what is known of whom it speaks for there. */
export interface ConnectedIntegration {
  organizationId: string;
  integrationId: string;
  typeId: string;
  /** Id of the way to authenticate. */
  authMode: string;
  /** `consent`: somebody authorised it just now; `test`: the service accepted its credential. */
  cause: 'consent' | 'test';
  /** Of a consent: the OAuth client that asked, and whether it is the installation's. */
  client?: { of: 'installation' | 'own'; id: string };
  /** Of a consent: the account, where the service names it. */
  account?: { id?: string; name?: string } | null;
  /**
   * What the service said of itself and of the account: `captured` of the token answer, or the details of the test.
   * Never a secret.
   */
  details: Record<string, unknown>;
}

type Handler = (manager: EntityManager, connected: ConnectedIntegration) => Promise<void>;

/**
 * Tells the modules above (`slack/`) that an integration of a type they know is connected, without knowing them.
 *
 * Who stores the tokens of a consent calls `tell` in the same transaction, with `cause: 'consent'`; who records a test
 * that succeeded does so with `cause: 'test'`. Handlers write rows and queue jobs in that transaction; they make no
 * call on the network, and what they throw keeps everything from being written.
 */
@Injectable()
export class AfterConnect {
  private readonly handlers = new Map<string, Handler>();

  /** Called by a module when it starts; one handler per type. */
  on(typeId: string, handler: Handler): void {
    this.handlers.set(typeId, handler);
  }

  /** Types that have a handler. */
  get types(): string[] {
    return [...this.handlers.keys()];
  }

  async tell(manager: EntityManager, connected: ConnectedIntegration): Promise<void> {
    await this.handlers.get(connected.typeId)?.(manager, connected);
  }
}
