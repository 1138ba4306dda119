import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Members of one consent; what is revoked together. */
const GRANTABLE = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** Memory of one authorization server. The one that comes with oidc-provider is shared by all and forgets. */
export class OidcStore {
  readonly #rows = new Map<string, { payload: AdapterPayload; endsAt: number }>();

  adapter(model: string): Adapter {
    const rows = this.#rows;
    const key = (id: string) => `${model}:${id}`;
    const find = async (id: string) => {
      const row = rows.get(key(id));
      return row && row.endsAt > Date.now() ? row.payload : undefined;
    };
    const findBy = async (test: (payload: AdapterPayload) => boolean) =>
      [...rows].find(([at, { payload }]) => at.startsWith(`${model}:`) && test(payload))?.[1].payload;
    return {
      find,
      findByUid: (uid) => findBy((payload) => payload.uid === uid),
      findByUserCode: (code) => findBy((payload) => payload.userCode === code),
      upsert: async (id, payload, expiresIn) => {
        rows.set(key(id), { payload, endsAt: expiresIn ? Date.now() + expiresIn * 1000 : Infinity });
      },
      consume: async (id) => {
        const payload = await find(id);
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => void rows.delete(key(id)),
      revokeByGrantId: async (grantId) => this.revokeGrant(grantId),
    };
  }

  revokeGrant(grantId: string): void {
    for (const [key, { payload }] of this.#rows) {
      if (payload.grantId === grantId && GRANTABLE.has(key.split(':')[0]!)) this.#rows.delete(key);
    }
  }

  /** Everybody's tokens of these kinds are gone, as when an administrator withdraws them. */
  forget(...models: ('AccessToken' | 'RefreshToken' | 'Grant')[]): void {
    for (const key of this.#rows.keys())
      if (models.some((model) => key.startsWith(`${model}:`))) this.#rows.delete(key);
  }
}
