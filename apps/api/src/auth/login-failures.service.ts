import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { addressBlock } from '../common/address-block.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { newId } from '../common/new-id.js';
import { Database } from '../database/database.js';
import { MailService } from '../mail/mail.service.js';

const WINDOW_MS = 15 * 60_000;
const MEMORY_MS = 24 * 3_600_000;
const FAILURES_PER_ACCOUNT = 5;
const FAILURES_PER_ADDRESS = 50;
const FIRST_LOCK_MS = 60_000;
const LONGEST_LOCK_MS = 3_600_000;

interface Failures {
  of_account: number;
  last_of_account: Date | null;
  /** Five failures fell into fifteen minutes. */
  locks: boolean;
  of_address: number;
}

/**
 * Failed sign-ins, counted for all replicas in the database. From the fifth within fifteen minutes on an account is
 * locked for a minute, with the next failure for two, four and so on up to an hour; addresses nobody has are treated alike.
 */
@Injectable()
export class LoginFailuresService {
  constructor(
    private readonly database: Database,
    private readonly mail: MailService,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError ACCOUNT_LOCKED or RATE_LIMITED, with the seconds to wait. */
  async refuseWhenLocked(email: string, ip: string | null): Promise<void> {
    const now = this.clock.now();
    const [row] = await this.database.query<Failures>(
      `SELECT count(*) FILTER (WHERE own)::int AS of_account,
              max(attempted_at) FILTER (WHERE own) AS last_of_account,
              coalesce(bool_or(own AND within_window), false) AS locks,
              count(*) FILTER (WHERE ip = $2 AND attempted_at > $4)::int AS of_address
       FROM (
         SELECT email = $1 AS own, ip, attempted_at,
                attempted_at - lag(attempted_at, $5) OVER (PARTITION BY email ORDER BY attempted_at)
                  <= make_interval(secs => $6) AS within_window
         FROM failed_login_attempts WHERE (email = $1 OR ip = $2) AND attempted_at > $3
       ) AS attempts`,
      [
        email,
        addressBlock(ip),
        new Date(now - MEMORY_MS),
        new Date(now - WINDOW_MS),
        FAILURES_PER_ACCOUNT - 1,
        WINDOW_MS / 1000,
      ],
    );
    if (!row) return;
    if (row.locks && row.last_of_account) {
      const lock = Math.min(FIRST_LOCK_MS * 2 ** (row.of_account - FAILURES_PER_ACCOUNT), LONGEST_LOCK_MS);
      const wait = Math.ceil((row.last_of_account.getTime() + lock - now) / 1000);
      if (wait > 0) {
        throw new AppError('ACCOUNT_LOCKED', `Too many failed attempts. Try again in ${wait} seconds.`, {
          retryAfter: wait,
          details: { retry_after: wait },
        });
      }
    }
    if (row.of_address >= FAILURES_PER_ADDRESS) {
      const wait = WINDOW_MS / 1000;
      throw new AppError(
        'RATE_LIMITED',
        'Too many failed sign-ins from your address. Try again in 15 minutes.',
        {
          retryAfter: wait,
          details: { retry_after: wait },
        },
      );
    }
  }

  /** @param owner the account's own address when there is one; it is told when the account gets locked. */
  async record(email: string, ip: string | null, owner: string | null): Promise<void> {
    const now = this.clock.date();
    await this.database.global(async (manager) => {
      await manager.query(
        'INSERT INTO failed_login_attempts (id, email, ip, attempted_at) VALUES ($1, $2, $3, $4)',
        [newId(), email, addressBlock(ip), now],
      );
      const [row] = await manager.query<{ recent: number }[]>(
        'SELECT count(*)::int AS recent FROM failed_login_attempts WHERE email = $1 AND attempted_at > $2',
        [email, new Date(now.getTime() - WINDOW_MS)],
      );
      if (owner && row?.recent === FAILURES_PER_ACCOUNT) await this.tellOwner(manager, owner, ip);
    });
  }

  async clear(manager: EntityManager, email: string): Promise<void> {
    await manager.query('DELETE FROM failed_login_attempts WHERE email = $1', [email]);
  }

  async purge(before: Date): Promise<void> {
    await this.database.query('DELETE FROM failed_login_attempts WHERE attempted_at < $1', [before]);
  }

  private tellOwner(manager: EntityManager, owner: string, ip: string | null): Promise<void> {
    return this.mail.enqueue(manager, {
      to: owner,
      subject: 'Your Latchkey account is locked for a moment',
      text:
        `Somebody entered a wrong password for your account ${FAILURES_PER_ACCOUNT} times within fifteen minutes` +
        `${ip ? `, the last time from ${ip}` : ''}. It is locked for a minute, and for longer with each further failure.\n\n` +
        'If that was you, wait and try again. If it was not, nobody got in; a long password of its own keeps it so.\n',
      kind: 'account-locked',
    });
  }
}
