import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import type { HookState } from './hook-state.js';
import { INSTALLATION_APP } from '../github-app.js';

/** An App whose webhook is due to be looked at. */
export interface DueHook {
  organizationId: string;
  ref: string;
}

/** How the webhooks of Apps do. That of the installation's App stands in the installation's own row. */
@Injectable()
export class HookStates {
  constructor(private readonly database: Database) {}

  async ofInstallation(): Promise<HookState> {
    const [row] = await this.database.query<{ hook: HookState }>(
      'SELECT github_app_hook AS hook FROM installation',
    );
    return row?.hook ?? {};
  }

  async find(organizationId: string, ref: string): Promise<HookState> {
    if (ref === INSTALLATION_APP) return this.ofInstallation();
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<{ hook: HookState }[]>(
        'SELECT hook FROM github_apps WHERE organization_id = $1 AND id = $2',
        [organizationId, ref],
      );
      return rows[0]?.hook ?? {};
    });
  }

  async save(organizationId: string, ref: string, state: HookState): Promise<void> {
    const json = JSON.stringify(state);
    if (ref === INSTALLATION_APP) {
      await this.database.query('UPDATE installation SET github_app_hook = $1', [json]);
      return;
    }
    await this.database.tenant(organizationId, (manager) =>
      manager.query('UPDATE github_apps SET hook = $3 WHERE organization_id = $1 AND id = $2', [
        organizationId,
        ref,
        json,
      ]),
    );
  }

  /** Of all organisations but some. */
  async due(now: Date, limit: number, except: string[]): Promise<DueHook[]> {
    const rows = await this.database.asSystem<{ organization_id: string; id: string }>(
      `SELECT organization_id, id FROM github_apps WHERE hook_check_at <= $1 AND organization_id <> ALL ($3::uuid[])
       ORDER BY hook_check_at LIMIT $2`,
      [now, limit, except],
    );
    return rows.map((row) => ({ organizationId: row.organization_id, ref: row.id }));
  }

  /** Takes it for this process. @returns false when another was first. */
  async claim({ organizationId, ref }: DueHook, now: Date, next: Date): Promise<boolean> {
    const [, count] = await this.database.tenant(organizationId, (manager) =>
      manager.query<[unknown[], number]>(
        'UPDATE github_apps SET hook_check_at = $4 WHERE organization_id = $1 AND id = $2 AND hook_check_at <= $3',
        [organizationId, ref, now, next],
      ),
    );
    return count > 0;
  }

  async claimInstallation(now: Date, next: Date): Promise<boolean> {
    const rows = await this.database.global((manager) =>
      manager.query<[unknown[], number]>(
        `UPDATE installation SET github_app_hook_check_at = $2
         WHERE github_app_hook_check_at IS NULL OR github_app_hook_check_at <= $1`,
        [now, next],
      ),
    );
    return rows[1] > 0;
  }

  /** Integrations of the installation's App, by organisation. */
  async ofInstallationApp(limit: number): Promise<Map<string, string[]>> {
    const rows = await this.database.asSystem<{ organization_id: string; ids: string[] }>(
      `SELECT organization_id, array_agg(integration_id::text) AS ids FROM connected_accounts
       WHERE provider = 'github' AND app_key = '${INSTALLATION_APP}' GROUP BY organization_id LIMIT $1`,
      [limit],
    );
    return new Map(rows.map((row) => [row.organization_id, row.ids]));
  }
}
