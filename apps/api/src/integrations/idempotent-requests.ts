import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import canonicalize from 'canonicalize';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { run } from '../database/unit-of-work.js';
import { Installation } from '../vault/installation.js';

const LIFETIME_MS = 24 * 3_600_000;
const KEY = /^[\x21-\x7e]{1,200}$/;

/** A request that may be repeated: only the id of what it made is kept. */
export interface IdempotentRequest {
  route: string;
  key: string;
  /** HMAC of what was asked for under a key of this installation: it tells nothing of the secrets in it. */
  fingerprint: Buffer;
}

@Injectable()
export class IdempotentRequests {
  constructor(
    private readonly database: Database,
    private readonly installation: Installation,
    private readonly clock: Clock,
  ) {}

  /** @param request what was asked for. @throws AppError VALIDATION_FAILED for a key that is no key */
  identify(route: string, key: string | undefined, request: object): IdempotentRequest | undefined {
    if (key === undefined) return undefined;
    if (!KEY.test(key))
      throw AppError.invalid({ 'Idempotency-Key': ['must be 1 to 200 visible ASCII characters'] });
    return {
      route,
      key,
      fingerprint: createHmac('sha256', this.installation.signingKey)
        .update(canonicalize(request) ?? '')
        .digest(),
    };
  }

  /** @returns the id that the first request made. @throws AppError CONFLICT when that request was another one */
  async find(organizationId: string, request: IdempotentRequest): Promise<string | undefined> {
    const [rows] = await this.database.tenantAtOnce<{ resource_id: string; request_hash: Buffer }>(
      organizationId,
      [
        {
          name: 'find repeated request',
          text: `SELECT resource_id, request_hash FROM idempotency_keys
            WHERE organization_id = $1 AND route = $2 AND key = $3 AND created_at > $4`,
          values: [organizationId, request.route, request.key, this.oldest()],
        },
      ],
    );
    const row = rows?.[0];
    if (row && !row.request_hash.equals(request.fingerprint)) {
      throw new AppError('CONFLICT', 'This Idempotency-Key was used for another request. Use a new one.');
    }
    return row?.resource_id;
  }

  /** @returns false when another request holds the key; it waits for one that is under way. */
  async claim(
    manager: EntityManager,
    organizationId: string,
    request: IdempotentRequest,
    resourceId: string,
  ): Promise<boolean> {
    const rows = await run(manager, {
      name: 'claim request',
      text: `INSERT INTO idempotency_keys AS k (organization_id, route, key, request_hash, resource_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (organization_id, route, key) DO UPDATE
          SET request_hash = EXCLUDED.request_hash, resource_id = EXCLUDED.resource_id, created_at = EXCLUDED.created_at
          WHERE k.created_at <= $7
        RETURNING 1`,
      values: [
        organizationId,
        request.route,
        request.key,
        request.fingerprint,
        resourceId,
        this.clock.date(),
        this.oldest(),
      ],
    });
    return rows.length > 0;
  }

  async purge(): Promise<void> {
    await this.database.asSystem('DELETE FROM idempotency_keys WHERE created_at <= $1', [this.oldest()]);
  }

  private oldest(): Date {
    return new Date(this.clock.now() - LIFETIME_MS);
  }
}
