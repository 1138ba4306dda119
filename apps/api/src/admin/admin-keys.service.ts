import { Injectable } from '@nestjs/common';
import type { PageQuery, Pagination } from '../common/pagination.js';
import { type KeyRotation, KeyRotations } from '../vault/key-rotations.service.js';
import { KeyStoreProbe } from '../vault/key-store-probe.js';
import { KeysOverviewService } from '../vault/keys-overview.service.js';
import { RootRotationService } from '../vault/root-rotation.service.js';
import type { KeyRotationDto, KeysDto, UnreadableDto, UnreadableQuery } from './admin-keys.dto.js';
import { toRotationDto } from './key-rotation.view.js';

const ROTATIONS_SHOWN = 20;

/** How the keys stand. */
@Injectable()
export class AdminKeysService {
  constructor(
    private readonly overview: KeysOverviewService,
    private readonly rotations: KeyRotations,
    private readonly root: RootRotationService,
    private readonly keyStore: KeyStoreProbe,
  ) {}

  async keys({ page, per_page: perPage }: PageQuery): Promise<{ keys: KeysDto }> {
    const { active, next, keys } = await this.root.status();
    const totals = await this.overview.totals();
    return {
      keys: {
        ...active,
        key_store: await this.keyStore.check(),
        root_keys: keys,
        next_root_key: next,
        organization_keys: await this.overview.versions(),
        organizations: await this.overview.organizations(page, perPage),
        pagination: { total: totals.organizations, page, per_page: perPage },
        with_older_versions: totals.with_older_versions,
        unreadable: await this.overview.countUnreadable(),
        rotations: await this.describe(await this.rotations.latest(ROTATIONS_SHOWN)),
      },
    };
  }

  /** @throws AppError NOT_FOUND */
  async rotation(id: string): Promise<{ rotation: KeyRotationDto }> {
    const [rotation] = await this.describe([await this.rotations.require(id)]);
    return { rotation: rotation! };
  }

  async unreadable(query: UnreadableQuery): Promise<{ unreadable: UnreadableDto[]; pagination: Pagination }> {
    const { page, per_page: perPage, organization_id: organizationId = null } = query;
    const rows = await this.overview.listUnreadable(organizationId, page, perPage);
    return {
      unreadable: rows.map(({ table_name: table, ...row }) => ({ ...row, table })),
      pagination: {
        total: await this.overview.countUnreadable(organizationId),
        page,
        per_page: perPage,
      },
    };
  }

  private async describe(rotations: KeyRotation[]): Promise<KeyRotationDto[]> {
    const names = await this.overview.namesOf(rotations.map((rotation) => rotation.organization_id));
    return rotations.map((rotation) => toRotationDto(rotation, names));
  }
}
