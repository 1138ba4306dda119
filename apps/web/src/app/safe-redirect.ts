/**
 * An address of this app that a sign-in may lead to; anything else is dropped. Browsers take tabs and line breaks
 * out of an address: `/<tab>/example.org` would lead elsewhere.
 */
export function safeRedirect(value: unknown): string | undefined {
  return typeof value === 'string' && /^\/(?![/\\])[^\t\n\r]*$/.test(value) ? value : undefined;
}
