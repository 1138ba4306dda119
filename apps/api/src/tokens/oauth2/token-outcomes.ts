import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { TokenFailure } from './token-standing.js';

/**
 * What a refresh means for what the tokens belong to:
 * - `lost`: only a new consent helps
 * - `client_refused`: the client that asks is refused; whoever looks after it has to act
 * - `regained`: after a failure there is a good token again
 */
export type TokenTurn =
  | { turn: 'lost' | 'client_refused'; failure: TokenFailure; retryAt: Date | null }
  | { turn: 'regained'; after: TokenFailure | null };

export interface TokenOwner {
  /**
   * Runs `write` in a transaction with the integration locked and, where it says that it applied, moves the integration
   * in the same transaction.
   * @returns what `write` said
   */
  settle(
    organizationId: string,
    integrationId: string,
    turn: TokenTurn,
    write: (manager: EntityManager) => Promise<boolean>,
  ): Promise<boolean>;
  /** The stored tokens are others: nothing of before is to be used. */
  changed(organizationId: string, integrationId: string): void;
  /** The provider refused a token that cannot be helped by another: somebody should look whether it is gone. */
  suspect(organizationId: string, integrationId: string): Promise<void>;
}

/** Who is told what becomes of tokens: the module above, which registers itself when it starts. */
@Injectable()
export class TokenOutcomes {
  private registered: TokenOwner | undefined;

  register(owner: TokenOwner): void {
    this.registered = owner;
  }

  get owner(): TokenOwner {
    if (!this.registered) throw new Error('nobody has registered for the outcomes of refreshes');
    return this.registered;
  }
}
