import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import { Database, isUniqueViolation } from '../database/database.js';
import { User } from './user.entity.js';

/** Serialises registrations until the first account exists, so that there is one super admin. */
const FIRST_ACCOUNT_LOCK = 7310245003;

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  /** E-mail addresses are compared without regard to case. */
  findByEmail(email: string): Promise<User | null> {
    return this.database.global((manager) => manager.findOneBy(User, { email }));
  }

  findById(id: string): Promise<User | null> {
    return this.database.global((manager) => manager.findOneBy(User, { id }));
  }

  async exists(): Promise<boolean> {
    const [row] = await this.database.query<{ found: boolean }>(
      'SELECT EXISTS (SELECT 1 FROM users) AS found',
    );
    return row?.found ?? false;
  }

  /** @returns true for the one caller that makes the first account; holds the lock until the transaction ends. */
  async claimFirst(manager: EntityManager): Promise<boolean> {
    await manager.query('SELECT pg_advisory_xact_lock($1)', [FIRST_ACCOUNT_LOCK]);
    const [row] = await manager.query<{ found: boolean }[]>('SELECT EXISTS (SELECT 1 FROM users) AS found');
    return !row?.found;
  }

  /** @throws AppError CONFLICT when the address has an account. */
  async insert(manager: EntityManager, user: User): Promise<void> {
    try {
      await manager.insert(User, user);
    } catch (error) {
      if (!isUniqueViolation(error, 'users_email_key')) throw error;
      throw new AppError('CONFLICT', 'There is an account with this e-mail address. Sign in instead.', {
        cause: error,
      });
    }
  }

  async recordLogin(manager: EntityManager, id: string, at: Date, passwordHash?: string): Promise<void> {
    await manager.update(User, { id }, { lastLoginAt: at, ...(passwordHash ? { passwordHash } : {}) });
  }
}
