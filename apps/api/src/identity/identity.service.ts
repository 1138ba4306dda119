import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { newId } from '../common/new-id.js';
import { VaultService } from '../vault/vault.service.js';
import {
  type Membership,
  type OrganizationAdmin,
  OrganizationsRepository,
} from './organizations.repository.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** What an account is made from. */
type NewUser = Pick<User, 'id' | 'email' | 'passwordHash' | 'fullName' | 'isSuperAdmin'>;

export interface PreparedOrganization {
  id: string;
  write(manager: EntityManager): Promise<void>;
}

/** People and their organisations, for the modules above. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly users: UsersRepository,
    private readonly organizations: OrganizationsRepository,
    private readonly vault: VaultService,
    private readonly clock: Clock,
  ) {}

  hasUsers(): Promise<boolean> {
    return this.users.exists();
  }

  findUserByEmail(email: string): Promise<User | null> {
    return this.users.findByEmail(email);
  }

  findUser(id: string): Promise<User | null> {
    return this.users.findById(id);
  }

  membershipsOf(userId: string): Promise<Membership[]> {
    return this.organizations.membershipsOf(userId);
  }

  adminsOf(manager: EntityManager, organizationId: string): Promise<OrganizationAdmin[]> {
    return this.organizations.adminsOf(manager, organizationId);
  }

  /**
   * Who asked for something that is carried out later, with what they may do now.
   * @returns undefined when they left the organisation or their account is off.
   */
  async actorOf(
    organizationId: string,
    userId: string,
    { sessionId, origin }: Pick<Actor, 'sessionId' | 'origin'>,
  ): Promise<Actor | undefined> {
    const standing = await this.organizations.standingOf(organizationId, userId);
    if (!standing) return undefined;
    return {
      kind: 'user',
      userId,
      sessionId,
      organizationId,
      role: standing.role,
      isSuperAdmin: standing.is_super_admin,
      teamIds: standing.team_ids,
      permissions: new Map(Object.entries(standing.permissions)),
      origin,
    };
  }

  claimFirstAccount(manager: EntityManager): Promise<boolean> {
    return this.users.claimFirst(manager);
  }

  /** Makes an account that signs in at once. @throws AppError CONFLICT when the address has an account. */
  createUser(manager: EntityManager, user: NewUser): Promise<void> {
    const now = this.clock.date();
    return this.users.insert(manager, {
      ...user,
      avatarUrl: null,
      isActive: true,
      emailVerified: false,
      lastLoginAt: now,
      createdAt: now,
    });
  }

  /** @param passwordHash takes the old one's place when it was made with more work. */
  recordLogin(manager: EntityManager, userId: string, passwordHash?: string): Promise<void> {
    return this.users.recordLogin(manager, userId, this.clock.date(), passwordHash);
  }

  /**
   * Prepares an organisation with its first admin and its key, which may be wrapped over the network.
   * @returns its id, and what writes it; the transaction works in the organisation from then on.
   */
  async prepareOrganization(name: string, adminId: string): Promise<PreparedOrganization> {
    const id = newId();
    const writeKey = await this.vault.prepareOrganizationKey(id);
    const write = async (manager: EntityManager): Promise<void> => {
      await this.organizations.insert(manager, id, name);
      await this.organizations.addMember(manager, id, adminId, 'org_admin');
      await writeKey(manager);
    };
    return { id, write };
  }

  /** @throws AppError VALIDATION_FAILED when one of them is no team of the organisation. */
  async requireTeams(manager: EntityManager, organizationId: string, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    const known = new Set(await this.organizations.existingTeams(manager, organizationId, ids));
    if (ids.some((id) => !known.has(id))) {
      throw AppError.invalid({ team_ids: ['names a team that is not in your organisation'] });
    }
  }
}
