import { Injectable } from '@nestjs/common';
import { choosableResources } from '@latchkey/catalogue';
import { AuditService } from '../../audit/audit.service.js';
import { CatalogueService } from '../../catalogue/catalogue.service.js';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import type { SelectedResourceDto } from '../../integrations/integration.dto.js';
import type { IntegrationRow } from '../../integrations/integration.row.js';
import { IntegrationReader } from '../../integrations/integration-reader.js';
import { ResourceSelection } from '../../integrations/resources/resource-selection.js';
import type { ResourceDto, ResourceKindDto, SelectResourcesDto } from './resource.dto.js';
import { type Listing, noSuchKind, ResourceListing } from './resource-listing.js';

/** What of an account's projects, teams or sites an integration is for. */
@Injectable()
export class ResourceChoice {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly listing: ResourceListing,
    private readonly selection: ResourceSelection,
    private readonly catalogue: CatalogueService,
    private readonly audit: AuditService,
  ) {}

  async list(actor: Actor, id: string, kind?: string): Promise<{ kinds: ResourceKindDto[] }> {
    const row = await this.reader.require(actor, id);
    const listings = await this.listing.list(row.organization_id, id, kind);
    if (listings.length > 0) await this.recordListed(actor, row, listings);
    return { kinds: listings.map((each) => withSelection(each, row.selected_resources)) };
  }

  /** @throws AppError VALIDATION_FAILED for an id that the account does not reach and that is not selected already */
  async select(
    actor: Actor,
    id: string,
    { kind, ids }: SelectResourcesDto,
  ): Promise<{ selected_resources: SelectedResourceDto[] }> {
    const row = await this.reader.requirePermitted(actor, 'integrations:update', id);
    this.requireKind(row, kind);
    const before = row.selected_resources.filter((each) => each.kind === kind);
    // What is selected already needs no looking up, so that it can be deselected whatever the provider says.
    const isKnown = ids.every((each) => before.some((selected) => selected.id === each));
    const [listing] = isKnown ? [] : await this.listing.list(row.organization_id, id, kind);
    const known = new Map(
      [...before, ...(listing?.items ?? [])].map(({ id: each, name, details }) => [
        each,
        { id: each, name, details },
      ]),
    );
    const unknown = ids.filter((each) => !known.has(each));
    if (unknown.length > 0)
      throw AppError.invalid({
        ids: [
          listing?.truncated
            ? 'has one that is not among the first thousand that the account reaches'
            : 'has one that the account does not reach',
        ],
      });
    const chosen = [...new Set(ids)].map((each) => known.get(each)!);
    await this.selection.replace(actor, row.organization_id, id, kind, chosen);
    const { integration } = await this.reader.get(actor, id);
    return { selected_resources: integration.selected_resources };
  }

  /** The credential was opened for it. */
  private async recordListed(actor: Actor, row: IntegrationRow, listings: Listing[]): Promise<void> {
    await this.audit.recordAlone(row.organization_id, {
      actor,
      action: 'integration.resources_listed',
      resourceType: 'integration',
      resourceId: row.id,
      outcome: 'success',
      metadata: { credential_opened: true, kinds: listings.map(({ kind }) => kind.id) },
    });
  }

  /** @throws AppError VALIDATION_FAILED */
  private requireKind({ integration_type_id: typeId, auth_mode: mode }: IntegrationRow, kind: string): void {
    const manifest = this.catalogue.find(typeId);
    const way = manifest?.auth.find(({ id }) => id === mode);
    const kinds = manifest && way ? choosableResources(manifest, way) : [];
    if (!kinds.some(({ id }) => id === kind)) throw noSuchKind(kinds);
  }
}

/** What is selected and no longer there stays in sight until somebody deselects it. */
function withSelection(
  { kind, items, truncated }: Listing,
  selected: SelectedResourceDto[],
): ResourceKindDto {
  const mine = new Map(selected.filter((each) => each.kind === kind.id).map((each) => [each.id, each]));
  const listed = items.map((item) => ({ ...item, selected: mine.has(item.id), gone: false }));
  const reached = new Set(items.map(({ id }) => id));
  const others: ResourceDto[] = [...mine.values()]
    .filter(({ id }) => !reached.has(id))
    .map(({ id, name, details }) => ({ id, name, details, selected: true, gone: !truncated }));
  return { id: kind.id, title: kind.title, resources: [...listed, ...others], truncated };
}
