import { isUUID } from 'class-validator';

/** Whose App a delivery is for: it stands in the address that the provider was given. */
export interface HookOwner {
  organizationId: string;
  /** Of the App, or of the integration that brought it. */
  id: string;
}

const ORGANIZATION = /^[A-Za-z0-9_-]{22}$/;

/** `<organisation>.<id>`: the organisation has to be known before anything of it can be read. */
export function hookAddress({ organizationId, id }: HookOwner): string {
  return `${Buffer.from(organizationId.replaceAll('-', ''), 'hex').toString('base64url')}.${id}`;
}

/** @returns undefined for what is no such address. */
export function readHookAddress(text: string): HookOwner | undefined {
  const [organization = '', id = '', ...rest] = text.split('.');
  if (rest.length > 0 || !ORGANIZATION.test(organization) || !isUUID(id)) return undefined;
  const hex = Buffer.from(organization, 'base64url').toString('hex');
  const organizationId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { organizationId, id: id.toLowerCase() };
}
