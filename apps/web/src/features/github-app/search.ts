/** What an address about an installation says; GitHub numbers them. */
export interface ClaimSearch {
  installation_id?: string;
  app_id?: string;
}

type Raw = Record<string, unknown>;

const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/** What an address says, with everything it cannot mean left out. */
export function readClaimSearch(raw: Raw): ClaimSearch {
  const installation = text(raw.installation_id);
  const app = text(raw.app_id);
  return {
    installation_id: installation && /^[0-9]{1,20}$/.test(installation) ? installation : undefined,
    app_id: app && /^[0-9a-z-]{1,40}$/i.test(app) ? app : undefined,
  };
}
