import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { GroupedAudit } from '../audit/grouped-audit.js';
import type { ProgramActor, RequestOrigin } from '../common/actor.js';
import { addressBlock } from '../common/address-block.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { isAddress } from '../common/fields.js';
import type { ProgramAuthenticator } from '../common/program-authenticator.js';
import { ChangeFeed } from '../database/change-feed.js';
import { organizationOfToken } from './service-token-format.js';
import { ServiceTokenSecrets } from './service-token-secrets.js';
import { ServiceTokenUses } from './service-token-uses.js';
import { type ServiceTokenRow, ServiceTokensRepository } from './service-tokens.repository.js';

/** How long a token is believed without asking the database; a revocation reaches every replica within that time. */
const LIFETIME_MS = 1000;
const TOKENS_IN_MEMORY = 10_000;
/** One row of the trail per token and reason in this time: a program that keeps trying must not fill it. */
const REFUSAL_PERIOD_MS = 60_000;

/** Look-ups of tokens that turn out to be none, by an address in a minute: anybody can make up a well-formed one. */
const STRANGERS_A_MINUTE = 60;
const FAMILIAR_MS = 3_600_000;
/** A program that goes on with a token that is none is one look-up in this time, and one stranger. */
const UNKNOWN_MS = 60_000;

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];
type Identity = Omit<ProgramActor, 'origin'>;

interface Known {
  identity: Identity;
  networks: Network[] | null;
  validUntil: number;
}

const UNKNOWN = 'This service token is not valid. It may have been revoked, or cut off while it was copied.';

const MAPPED_BITS = 96;

/** Of IPv4 addresses written as IPv6, the IPv4 network: callers are compared in that form. */
function networkOf(text: string): Network {
  const [address, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), Infinity];
  if (!(address instanceof ipaddr.IPv6)) return [address, Math.min(bits, 32)];
  return address.isIPv4MappedAddress() && bits >= MAPPED_BITS
    ? [address.toIPv4Address(), Math.min(bits, 128) - MAPPED_BITS]
    : [address, Math.min(bits, 128)];
}

/** Also true for an IPv4 address that arrives as IPv6 (`::ffff:192.0.2.1`). */
function isWithin(networks: Network[], ip: string | null): boolean {
  if (ip === null || !isAddress(ip)) return false;
  const address = ipaddr.process(ip);
  return networks.some((network) => address.kind() === network[0].kind() && address.match(network as never));
}

/** Finds the program behind a service token, now: it must not be revoked, and what it may do is that of this moment. */
@Injectable()
export class ServiceTokenAuthenticator implements ProgramAuthenticator {
  private readonly recent = new LRUCache<string, Known>({ max: TOKENS_IN_MEMORY });
  private readonly loading = new Map<string, Promise<Known>>();
  private readonly refused = new LRUCache<string, number>({ max: TOKENS_IN_MEMORY });
  private readonly strangers = new RateLimiterMemory({ points: STRANGERS_A_MINUTE, duration: 60 });
  /** Tokens that were valid not long ago are looked up all the same, whoever else calls from their address. */
  private readonly familiar = new LRUCache<string, true>({ max: TOKENS_IN_MEMORY, ttl: FAMILIAR_MS });

  /** No token becomes one later: they are made up in one place, and told to nobody before they are stored. */
  private readonly unknown = new LRUCache<string, true>({ max: TOKENS_IN_MEMORY, ttl: UNKNOWN_MS });

  constructor(
    private readonly repository: ServiceTokensRepository,
    private readonly secrets: ServiceTokenSecrets,
    private readonly uses: ServiceTokenUses,
    private readonly audit: GroupedAudit,
    private readonly clock: Clock,
    feed: ChangeFeed,
  ) {
    feed.on('service_token', (_organizationId, id) => this.forget(id));
    feed.onGap(() => this.recent.clear());
  }

  authenticate(token: string, origin: RequestOrigin): ProgramActor | Promise<ProgramActor> {
    const known = this.recent.get(token);
    if (known && known.validUntil > this.clock.now()) return this.admit(known, origin);
    return this.load(token, origin).then((found) => this.admit(found, origin));
  }

  /** At once in this process; the others follow within a second. */
  forget(id: string): void {
    for (const [token, { identity }] of this.recent.entries()) {
      if (identity.tokenId === id) this.recent.delete(token);
    }
  }

  private admit({ identity, networks }: Known, origin: RequestOrigin): ProgramActor | never {
    if (networks && !isWithin(networks, origin.ip)) {
      this.recordRefusal(identity.organizationId, identity.tokenId, 'address', origin);
      throw new AppError(
        'FORBIDDEN',
        `This service token may not be used from ${origin.ip ?? 'an unknown address'}. Its list of networks says from where.`,
        { details: { ip: origin.ip } },
      );
    }
    this.uses.add(identity.organizationId, identity.tokenId, origin.ip);
    return { ...identity, origin };
  }

  /** Calls at the same moment share one look-up. */
  private load(token: string, origin: RequestOrigin): Promise<Known> {
    const under = this.loading.get(token);
    if (under) return under;
    const load = this.find(token, origin).finally(() => this.loading.delete(token));
    this.loading.set(token, load);
    return load;
  }

  private async find(token: string, origin: RequestOrigin): Promise<Known> {
    const organizationId = organizationOfToken(token);
    if (!organizationId || this.unknown.has(token)) throw new AppError('UNAUTHENTICATED', UNKNOWN);
    const address = addressBlock(origin.ip);
    if (!this.familiar.has(token)) await this.refuseFlood(address);
    const asked = this.clock.now();
    const hash = this.secrets.hash(token);
    const row = await this.repository.findByHash(organizationId, hash);
    if (!row) {
      this.unknown.set(token, true);
      await this.strangers.penalty(address);
      throw new AppError('UNAUTHENTICATED', UNKNOWN);
    }
    if (row.revoked_at) {
      this.recordRefusal(organizationId, row.id, 'revoked', origin);
      throw new AppError('UNAUTHENTICATED', 'This service token was revoked. Make a new one.');
    }
    const ends = row.is_previous ? (row.previous_until?.getTime() ?? 0) : Infinity;
    if (ends <= asked) {
      this.recordRefusal(organizationId, row.id, 'replaced', origin);
      throw new AppError(
        'UNAUTHENTICATED',
        'This secret was replaced when the service token was rotated. Give the program the new one.',
      );
    }
    if (row.expires_at && row.expires_at.getTime() <= asked) {
      this.recordRefusal(organizationId, row.id, 'expired', origin);
      throw new AppError(
        'TOKEN_EXPIRED',
        `This service token ended at ${row.expires_at.toISOString()}. Make a new one.`,
      );
    }
    const known = this.knownFrom(row, ends, asked);
    this.recent.set(token, known);
    this.familiar.set(token, true);
    return known;
  }

  private async refuseFlood(address: string): Promise<void> {
    const counted = await this.strangers.get(address);
    if (!counted || counted.consumedPoints < STRANGERS_A_MINUTE) return;
    throw new AppError('RATE_LIMITED', 'Too many calls from your address with tokens that are none.', {
      retryAfter: Math.ceil(counted.msBeforeNext / 1000),
    });
  }

  private knownFrom(row: ServiceTokenRow, ends: number, asked: number): Known {
    return {
      identity: {
        kind: 'service_token',
        tokenId: row.id,
        tokenName: row.name,
        organizationId: row.organization_id,
        scopes: new Set(row.scopes),
        integrationIds: row.integration_ids && new Set(row.integration_ids),
        integrationTypeIds: row.integration_type_ids && new Set(row.integration_type_ids),
      },
      networks: row.allowed_cidrs && row.allowed_cidrs.map(networkOf),
      validUntil: Math.min(asked + LIFETIME_MS, row.expires_at?.getTime() ?? Infinity, ends),
    };
  }

  /** The caller is not kept waiting for it. */
  private recordRefusal(organizationId: string, id: string, reason: string, origin: RequestOrigin): void {
    const key = `${id} ${reason}`;
    const now = this.clock.now();
    if ((this.refused.get(key) ?? 0) > now - REFUSAL_PERIOD_MS) return;
    this.refused.set(key, now);
    void this.audit.recordBehind(organizationId, {
      actor: { kind: 'service_token', tokenId: id, origin },
      action: 'service_token.refused',
      resourceType: 'service_token',
      resourceId: id,
      outcome: 'blocked',
      metadata: { reason },
    });
  }
}
