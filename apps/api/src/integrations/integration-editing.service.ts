import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type Actor, type Owned, permits } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import type { IntegrationDto, UpdateIntegrationDto } from './integration.dto.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationReader } from './integration-reader.js';
import type { Integration } from './integration.entity.js';
import { type Edit, IntegrationStore } from './integration-store.js';
import { searchTerms } from './search-terms.js';
import { TokenRevocation } from './tokens/token-revocation.js';

const sameTeams = (one: string[], other: string[]): boolean =>
  isDeepStrictEqual([...one].sort(), [...other].sort());

/** Editing, switching and deleting integrations. */
@Injectable()
export class IntegrationEditingService {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly input: IntegrationInput,
    private readonly store: IntegrationStore,
    private readonly revocation: TokenRevocation,
  ) {}

  /** @throws AppError NOT_FOUND, VALIDATION_FAILED, FORBIDDEN when it would send the credential elsewhere */
  async update(
    actor: Actor,
    id: string,
    dto: UpdateIntegrationDto,
  ): Promise<{ integration: IntegrationDto }> {
    const before = await this.reader.require(actor, id);
    await this.store.edit(actor, before.organization_id, id, (current) =>
      this.editOf(actor, current, before.team_ids, dto),
    );
    return this.reader.get(actor, id);
  }

  async enable(actor: Actor, id: string): Promise<{ integration: IntegrationDto }> {
    const { organization_id: organizationId } = await this.reader.require(actor, id);
    await this.store.enable(actor, organizationId, id);
    return this.reader.get(actor, id);
  }

  async disable(actor: Actor, id: string): Promise<{ integration: IntegrationDto }> {
    const { organization_id: organizationId } = await this.reader.require(actor, id);
    await this.store.disable(actor, organizationId, id);
    return this.reader.get(actor, id);
  }

  /** @returns what could not be undone at the provider. */
  async delete(actor: Actor, id: string): Promise<{ id: string; warnings: string[] }> {
    const { organization_id: organizationId } = await this.reader.requirePermitted(
      actor,
      'integrations:delete',
      id,
    );
    const warnings = await this.revocation.withdraw(organizationId, id);
    await this.store.remove(actor, organizationId, id);
    return { id, warnings };
  }

  private editOf(actor: Actor, before: Integration, teamIds: string[], dto: UpdateIntegrationDto): Edit {
    const { manifest, way } = this.input.savedType(before.integrationTypeId, before.authMode);
    const config = dto.config ? this.input.config(manifest, way, dto.config) : undefined;
    const owned = { createdById: before.createdBy, teamIds };
    if (config) {
      const redirecting = this.input.redirectingFields(manifest, before.config, config);
      this.refuseRedirection(actor, owned, redirecting);
      // It follows the App, whose tokens would go elsewhere.
      if (redirecting.length > 0 && way.flow !== undefined) {
        const errors = redirecting.map((name) => [
          `config.${name}`,
          ['follows the GitHub App and cannot be changed'],
        ]);
        throw AppError.invalid(Object.fromEntries(errors) as Record<string, string[]>);
      }
    }
    if (dto.team_ids && !sameTeams(dto.team_ids, teamIds))
      this.refuseForeignTeams(actor, owned, dto.team_ids);
    const name = dto.name?.trim() ?? before.name;
    const description = dto.description === undefined ? before.description : dto.description;
    const configFields = config ? this.changedFields(before.config, config) : [];
    const fields = [
      ...(name === before.name ? [] : ['name']),
      ...(description === before.description ? [] : ['description']),
      ...configFields,
      ...(dto.team_ids && !sameTeams(dto.team_ids, teamIds) ? ['team_ids'] : []),
    ];
    return {
      changes: { name, description, ...(config ? { config } : {}) },
      terms: searchTerms(name, description, manifest.name, manifest.id),
      teamIds: dto.team_ids,
      fields,
      checkNow: configFields.length > 0 && before.status !== 'disabled',
    };
  }

  private changedFields(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].filter((name) => before[name] !== after[name]).map((name) => `config.${name}`);
  }

  /** Who may not replace the credential may not have it sent to a server of their choice either. */
  private refuseRedirection(actor: Actor, owned: Owned, fields: string[]): void {
    if (fields.length === 0 || permits(actor, 'credentials:update', owned)) return;
    throw new AppError(
      'FORBIDDEN',
      `${fields.map((name) => `config.${name}`).join(', ')} decides where the credential is sent, so changing it needs ` +
        'credentials:update for this integration.',
      { details: { permission: 'credentials:update' } },
    );
  }

  /**
   * Teams decide who sees an integration and which team leads may delete it: that is for admins, its creator, and those
   * whose teams have it already.
   */
  private refuseForeignTeams(actor: Actor, { createdById, teamIds: current }: Owned, wanted: string[]): void {
    const mine = (teams: string[]) => teams.length > 0 && teams.every((team) => actor.teamIds.includes(team));
    if (actor.role === 'org_admin' || createdById === actor.userId) return;
    if (!mine(current)) {
      throw new AppError(
        'FORBIDDEN',
        'Only an admin, its creator, or a member of all of its teams may change who sees this integration.',
        { details: { permission: 'teams:manage' } },
      );
    }
    if (wanted.length === 0 || wanted.some((team) => actor.teamIds.includes(team))) return;
    throw AppError.invalid({ team_ids: ['must have a team of yours, or you could no longer see it'] });
  }
}
