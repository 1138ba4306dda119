import { randomBytes } from 'node:crypto';
import { type AuthWay, defaultHint, type FieldValue, type Manifest } from '@latchkey/catalogue';
import { newId } from '../../common/new-id.js';
import type { CredentialFields } from '../../tokens/credential-fields.js';
import type { Integration } from '../integration.entity.js';
import { searchTerms } from '../search-terms.js';

/** A type, and the way to authenticate that its demo integrations use. */
export interface DemoType {
  manifest: Manifest;
  way: AuthWay;
}

export interface DemoIntegration {
  integration: Integration;
  credentialType: string;
  fields: CredentialFields;
  terms: string[];
}

type Field = Manifest['config']['properties'][string];

const STAGES = ['Production', 'Staging', 'Development', 'Sandbox'];
const AREAS = ['payments', 'checkout', 'search', 'identity', 'billing', 'warehouse', 'mobile', 'reporting'];
const DAY_MS = 86_400_000;
const DAYS = 180;
/** Of a hundred: what does not work, and what is switched off. */
const BROKEN = 5;
const DISABLED = 2;
const SECRET_BYTES = 24;

/** What somebody can enter by hand; undefined for types that need a consent or a key that parses. */
export function demoType(manifest: Manifest): DemoType | undefined {
  const way = manifest.auth.find(
    ({ credential_type: type }) => type === 'api_token' || type === 'basic_auth',
  );
  return manifest.is_active && way ? { manifest, way } : undefined;
}

function valueOf(field: Field, host: string): FieldValue {
  const value = field.default ?? field.enum?.[0] ?? field.examples?.[0] ?? 'demo';
  // Nobody is called who is not ours: the name is reserved for examples (RFC 2606).
  return typeof value === 'string' && /^https?:/.test(value) ? `https://${host}` : value;
}

function secretsOf({ schema }: AuthWay): CredentialFields {
  return Object.fromEntries(
    Object.entries(schema.properties)
      .filter(([name, field]) => field.writeOnly || schema.required.includes(name))
      .map(([name, field]) => [
        name,
        field.writeOnly ? `demo-${randomBytes(SECRET_BYTES).toString('base64url')}` : valueOf(field, ''),
      ]),
  );
}

function standingOf(number: number, checkedAt: Date): Partial<Integration> {
  const share = number % 100;
  if (share < BROKEN)
    return {
      status: 'error',
      errorCode: 'timeout',
      errorMessage: 'The service did not answer in time',
      errorHint: defaultHint('timeout'),
      consecutiveFailures: 1 + (number % 7),
    };
  if (share < BROKEN + DISABLED) return { status: 'disabled' };
  return { status: 'active', lastSyncAt: checkedAt };
}

/**
 * One of many, always the same but for its ids and secrets. The watch never looks at it: its credential is no real one,
 * and what it is for may be somebody's.
 * @param number from 0
 */
export function demoIntegration(
  organizationId: string,
  createdBy: string,
  { manifest, way }: DemoType,
  number: number,
  now: Date,
): DemoIntegration {
  const stage = STAGES[number % STAGES.length]!;
  const area = AREAS[Math.floor(number / STAGES.length) % AREAS.length]!;
  const name = `${stage} ${manifest.name}, ${area} ${number + 1}`;
  const host = `${manifest.id.replaceAll('_', '-')}.${area}-${number + 1}.example.com`;
  const description = number % 3 === 0 ? `What the ${area} team uses in ${stage.toLowerCase()}` : null;
  const createdAt = new Date(now.getTime() - ((number * 7919) % DAYS) * DAY_MS - (number % 86_400) * 1000);
  const checkedAt = new Date(now.getTime() - (number % 300) * 1000);
  const required = manifest.config.required.map((field) => [
    field,
    valueOf(manifest.config.properties[field]!, host),
  ]);
  return {
    integration: {
      organizationId,
      id: newId(),
      integrationTypeId: manifest.id,
      name,
      description,
      config: Object.fromEntries(required) as Integration['config'],
      authMode: way.id,
      status: 'active',
      errorCode: null,
      errorMessage: null,
      errorHint: null,
      statusChangedAt: createdAt,
      consecutiveFailures: 0,
      responseTimeMs: 40 + ((number * 37) % 400),
      lastSyncAt: null,
      lastCheckedAt: checkedAt,
      nextCheckAt: null,
      checkLeaseToken: null,
      checkLeaseUntil: null,
      createdBy,
      createdAt,
      updatedAt: createdAt,
      ...standingOf(number, checkedAt),
    },
    credentialType: way.credential_type,
    fields: secretsOf(way),
    terms: searchTerms(name, description, manifest.name, manifest.id),
  };
}
