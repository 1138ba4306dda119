import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL_ORGANIZATION, type PermissionScope } from '../common/actor.js';
import { Database, enterOrganization } from '../database/database.js';
import type { AuditOfReads, Organization } from './organization.js';
import type { OrganizationDetailsDto } from './organization.dto.js';

export interface Membership extends Organization {
  role: string;
}

export interface OrganizationAdmin {
  user_id: string;
  email: string;
  full_name: string;
}

/** What somebody is and may do in an organisation at this moment. */
export interface Standing {
  role: string;
  is_super_admin: boolean;
  team_ids: string[];
  permissions: Record<string, PermissionScope>;
}

/** `Acme & Söhne GmbH` becomes `acme-sohne-gmbh`. */
export function slugify(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, 60)
    .replace(/-$/, '');
  return slug || 'organization';
}

@Injectable()
export class OrganizationsRepository {
  constructor(private readonly database: Database) {}

  /** Makes the organisation, with the first slug that is free, and enters it. */
  async insert(manager: EntityManager, id: string, name: string): Promise<Organization> {
    await enterOrganization(manager, id);
    const base = slugify(name);
    for (let number = 1; ; number += 1) {
      const slug = number === 1 ? base : `${base}-${number}`;
      const inserted = await manager.query<unknown[]>(
        'INSERT INTO organizations (id, name, slug) VALUES ($1, $2, $3) ON CONFLICT (slug) DO NOTHING RETURNING id',
        [id, name, slug],
      );
      if (inserted.length > 0) return { id, name, slug };
    }
  }

  async addMember(
    manager: EntityManager,
    organizationId: string,
    userId: string,
    role: string,
  ): Promise<void> {
    await manager.query(
      'INSERT INTO organization_members (organization_id, user_id, role) VALUES ($1, $2, $3)',
      [organizationId, userId, role],
    );
  }

  async find(id: string): Promise<OrganizationDetailsDto | undefined> {
    const rows = await this.database.tenant(id, (manager) =>
      manager.query<OrganizationDetailsDto[]>(
        `SELECT id, name, slug, coalesce(settings ->> 'audit_of_reads', 'durable') AS audit_of_reads, created_at
         FROM organizations WHERE id = $1`,
        [id],
      ),
    );
    return rows[0];
  }

  async update(manager: EntityManager, id: string, name: string, auditOfReads: AuditOfReads): Promise<void> {
    await manager.query(
      `UPDATE organizations SET name = $2, settings = settings || jsonb_build_object('audit_of_reads', $3::text),
         updated_at = now()
       WHERE id = $1`,
      [id, name, auditOfReads],
    );
  }

  /** The person's organisations, the one they joined first leading. */
  membershipsOf(userId: string): Promise<Membership[]> {
    return this.database.person(userId, (manager) =>
      manager.query(
        `SELECT o.id, o.name, o.slug, m.role
         FROM organization_members m JOIN organizations o ON o.id = m.organization_id
         WHERE m.user_id = $1 ORDER BY m.created_at, o.id`,
        [userId],
      ),
    );
  }

  adminsOf(manager: EntityManager, organizationId: string): Promise<OrganizationAdmin[]> {
    return manager.query(
      `SELECT u.id AS user_id, u.email::text AS email, u.full_name
       FROM organization_members m JOIN users u ON u.id = m.user_id
       WHERE m.organization_id = $1 AND m.role = 'org_admin' AND u.is_active ORDER BY u.id`,
      [organizationId],
    );
  }

  /** @returns nothing for who is no member, or whose account is off. */
  async standingOf(organizationId: string, userId: string): Promise<Standing | undefined> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<Standing[]>(
        `SELECT m.role, u.is_super_admin,
           ARRAY(SELECT t.team_id FROM team_members t
                 WHERE t.organization_id = m.organization_id AND t.user_id = m.user_id) AS team_ids,
           coalesce((SELECT jsonb_object_agg(p.permission, p.scope) FROM role_permissions p
                     WHERE p.role = m.role AND p.organization_id IN (m.organization_id, $3)), '{}') AS permissions
         FROM organization_members m JOIN users u ON u.id = m.user_id
         WHERE m.organization_id = $1 AND m.user_id = $2 AND u.is_active`,
        [organizationId, userId, NIL_ORGANIZATION],
      ),
    );
    return rows[0];
  }

  /** @returns the ids among those given that are teams of the organisation. */
  async existingTeams(manager: EntityManager, organizationId: string, ids: string[]): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      'SELECT id FROM teams WHERE organization_id = $1 AND id = ANY($2::uuid[])',
      [organizationId, ids],
    );
    return rows.map((row) => row.id);
  }
}
