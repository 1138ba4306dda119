import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AppError } from '../common/app-error.js';
import type { Organization } from './organization.js';
import {
  type Membership,
  type OrganizationAdmin,
  OrganizationsRepository,
} from './organizations.repository.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** People and their organisations, for the modules above. */
@Injectable()
export class IdentityService {
  constructor(
    private readonly users: UsersRepository,
    private readonly organizations: OrganizationsRepository,
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

  claimFirstAccount(manager: EntityManager): Promise<boolean> {
    return this.users.claimFirst(manager);
  }

  /** @throws AppError CONFLICT when the address has an account. */
  createUser(manager: EntityManager, user: User): Promise<void> {
    return this.users.insert(manager, user);
  }

  recordLogin(manager: EntityManager, userId: string, at: Date, passwordHash?: string): Promise<void> {
    return this.users.recordLogin(manager, userId, at, passwordHash);
  }

  /** Makes an organisation with its first admin; the transaction works in it from then on. */
  async createOrganization(
    manager: EntityManager,
    id: string,
    name: string,
    adminId: string,
  ): Promise<Organization> {
    const organization = await this.organizations.insert(manager, id, name);
    await this.organizations.addMember(manager, id, adminId, 'org_admin');
    return organization;
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
