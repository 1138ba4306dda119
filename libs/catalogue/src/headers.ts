import type { AuthWay } from './manifest.js';
import { render, type TemplateScope } from './template.js';
import { ConfigurationError } from './url.js';

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Set by the HTTP client, or able to change where the request ends (RFC 9110, 7.6.1). */
const REFUSED_HEADERS = new Set(
  'host content-length transfer-encoding connection keep-alive upgrade te trailer expect proxy-authorization proxy-connection'.split(
    ' ',
  ),
);

/** A header that the HTTP client decides; a credential cannot be placed there. */
export const isReservedHeader = (name: string): boolean => REFUSED_HEADERS.has(name.toLowerCase());

export function basicHeader(way: AuthWay, scope: TemplateScope): [string, string][] {
  const basic = way.placement.basic;
  const username = basic && render(basic.username, scope);
  if (!basic || username === undefined) return [];
  const pair = `${username}:${render(basic.password, scope) ?? ''}`;
  return [['Authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`]];
}

function checkHeader(name: string, value: string): void {
  if (!HEADER_NAME.test(name) || isReservedHeader(name)) {
    throw new ConfigurationError(
      'The name of a header cannot be used',
      'Use letters, digits and hyphens, and none of the headers that HTTP itself needs, such as Host.',
    );
  }
  if (!HEADER_VALUE.test(value)) {
    throw new ConfigurationError(
      `The value for the header ${name} has characters that cannot be sent`,
      'Paste the credential again, on one line and without line breaks or special characters.',
    );
  }
}

/** Later ones replace earlier ones of the same name in any case. */
export function mergeHeaders(entries: [string, string][]): Record<string, string> {
  const merged = new Map<string, [string, string]>();
  for (const [name, value] of entries) {
    checkHeader(name, value);
    merged.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(merged.values());
}
