const keyOf = (integrationId: string) => `latchkey-scopes-${integrationId}`;

/** Keeps which permissions were asked for, so that another attempt in this tab asks for the same. */
export function rememberScopes(integrationId: string, scopes: string[] | undefined): void {
  if (scopes) sessionStorage.setItem(keyOf(integrationId), JSON.stringify(scopes));
}

/** Undefined when nothing was chosen in this tab: then the server knows those of last time. */
export function recallScopes(integrationId: string): string[] | undefined {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(integrationId)) ?? 'null');
    return Array.isArray(kept) && kept.every((scope) => typeof scope === 'string') ? kept : undefined;
  } catch {
    return undefined;
  }
}

export function forgetScopes(integrationId: string): void {
  sessionStorage.removeItem(keyOf(integrationId));
}
