import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

export type InboundSource = 'github' | 'slack';

/** What a provider told us. The body is not kept: the work asks the provider for the truth. */
export interface NewDelivery {
  source: InboundSource;
  /** The provider's id, with the App it was sent for. */
  deliveryId: string;
  event: string;
  action: string | null;
  /** Names and ids that the work needs; never a secret. */
  details: Record<string, unknown>;
}

export interface InboundDelivery extends NewDelivery {
  organizationId: string;
  receivedAt: Date;
}

interface Row {
  event: string;
  action: string | null;
  details: Record<string, unknown>;
  received_at: Date;
}

@Injectable()
export class InboundRepository {
  constructor(private readonly database: Database) {}

  /**
   * Stores it unless it is there already. One that was given up is taken anew: providers send again what a person asks
   * them to.
   * @returns whether there is something to do.
   */
  async insert(
    manager: EntityManager,
    organizationId: string,
    { source, deliveryId, event, action, details }: NewDelivery,
    at: Date,
    mostAttempts: number,
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO inbound_deliveries (organization_id, source, delivery_id, event, action, details, received_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (organization_id, source, delivery_id) DO UPDATE SET attempts = 0, error = NULL
         WHERE inbound_deliveries.processed_at IS NULL AND inbound_deliveries.attempts >= $8
       RETURNING 1`,
      [organizationId, source, deliveryId, event, action, JSON.stringify(details), at, mostAttempts],
    );
    return rows.length > 0;
  }

  /** Counts the attempt. @returns null for what is done, or gone. */
  begin(organizationId: string, source: InboundSource, deliveryId: string): Promise<InboundDelivery | null> {
    return this.database.tenant(organizationId, async (manager) => {
      const [rows] = await manager.query<[Row[], number]>(
        `UPDATE inbound_deliveries SET attempts = attempts + 1
         WHERE organization_id = $1 AND source = $2 AND delivery_id = $3 AND processed_at IS NULL
         RETURNING event, action, details, received_at`,
        [organizationId, source, deliveryId],
      );
      const row = rows[0];
      if (!row) return null;
      const { event, action, details, received_at: receivedAt } = row;
      return { organizationId, source, deliveryId, event, action, details, receivedAt };
    });
  }

  /** @param error null: it is done. */
  async settle(
    { organizationId, source, deliveryId }: InboundDelivery,
    at: Date,
    error: string | null,
  ): Promise<void> {
    await this.database.tenant(organizationId, (manager) =>
      manager.query(
        `UPDATE inbound_deliveries SET error = $4, processed_at = CASE WHEN $4::text IS NULL THEN $5::timestamptz END
         WHERE organization_id = $1 AND source = $2 AND delivery_id = $3`,
        [organizationId, source, deliveryId, error, at],
      ),
    );
  }

  async purge(before: Date): Promise<void> {
    await this.database.asSystem('DELETE FROM inbound_deliveries WHERE received_at < $1', [before]);
  }
}
