import { checkOAuth, checkSync } from './check-oauth.js';
import { checkTemplate, checkTexts, checkUnique, Findings, type Problem } from './findings.js';
import {
  type AuthWay,
  type BodyCondition,
  type Condition,
  DERIVED_FIELDS,
  type FieldSet,
  type Manifest,
  type Step,
} from './manifest.js';
import { parsePath } from './paths.js';

const RESERVED = ['auth_mode', 'credential_type'];

function checkFields(found: Findings, place: string, fields: FieldSet): void {
  for (const name of fields.required) {
    if (!Object.hasOwn(fields.properties, name))
      found.add(`${place}/required`, `there is no field “${name}”`);
  }
  for (const [name, field] of Object.entries(fields.properties)) {
    const at = `${place}/properties/${name}`;
    if (field.pattern) found.try(`${at}/pattern`, () => void new RegExp(field.pattern ?? '', 'u'));
    if (field.format === 'uri' && field.pattern !== '^https?://') {
      found.add(at, 'a field of format uri needs the pattern ^https?://');
    }
  }
}

function checkConfig(found: Findings, { config, auth }: Manifest): void {
  checkFields(found, '/config', config);
  for (const [name, field] of Object.entries(config.properties)) {
    if (field.writeOnly) found.add(`/config/properties/${name}`, 'a secret belongs to a way to authenticate');
  }
  for (const [index, group] of config.groups.entries()) {
    for (const name of group.fields) {
      if (!Object.hasOwn(config.properties, name))
        found.add(`/config/groups/${index}`, `there is no field “${name}”`);
    }
    for (const id of group.only_for ?? []) {
      if (!auth.some((way) => way.id === id)) found.add(`/config/groups/${index}`, `there is no way “${id}”`);
    }
  }
}

/** The names that a placement of this way may use: its fields, and what is derived from them. */
function credentialNames(way: AuthWay): Set<string> {
  return new Set([...Object.keys(way.schema.properties), ...(DERIVED_FIELDS[way.credential_type] ?? [])]);
}

function checkBaseUrl(found: Findings, place: string, base: Manifest['base_url'], config: FieldSet): void {
  for (const text of [base ?? []].flat()) checkTemplate(found, place, text, config);
}

function checkBodyConditions(found: Findings, place: string, conditions: BodyCondition[]): void {
  for (const [index, condition] of conditions.entries()) {
    found.try(`${place}/${index}/path`, () => void parsePath(condition.path));
    if (condition.matches)
      found.try(`${place}/${index}`, () => void new RegExp(condition.matches ?? '', 'iu'));
  }
}

function checkConditions(found: Findings, place: string, conditions: Condition[], config: FieldSet): void {
  for (const [index, condition] of conditions.entries()) {
    const at = `${place}/${index}`;
    checkBodyConditions(found, `${at}/body`, condition.body ?? []);
    checkTexts(found, `${at}/status`, condition.status ?? [], config);
    for (const header of condition.headers ?? []) {
      if (header.matches) found.try(`${at}/headers`, () => void new RegExp(header.matches ?? '', 'iu'));
    }
  }
}

function checkStep(found: Findings, place: string, step: Step, config: FieldSet): void {
  checkTexts(found, `${place}/request`, { ...step.request, method: '' }, config);
  checkTexts(found, `${place}/success/status`, step.success.status, config);
  checkBodyConditions(found, `${place}/success/body`, step.success.body);
  const conditions = step.failures.map(({ when }) => when);
  checkConditions(found, `${place}/failures`, conditions, config);
  for (const [label, detail] of Object.entries(step.details)) {
    if (typeof detail === 'string') found.try(`${place}/details/${label}`, () => void parsePath(detail));
  }
  for (const name of [...step.only_with, ...step.only_without]) {
    if (!Object.hasOwn(config.properties, name)) found.add(place, `there is no field config.${name}`);
  }
}

function checkSteps(found: Findings, place: string, steps: Step[], config: FieldSet): void {
  checkUnique(
    found,
    place,
    steps.map(({ id }) => id),
  );
  if (steps.length > 0 && steps.every(({ optional }) => optional)) {
    found.add(place, 'at least one step must not be optional');
  }
  for (const [index, step] of steps.entries()) checkStep(found, `${place}/${index}`, step, config);
}

function checkWay(found: Findings, place: string, way: AuthWay, { config }: Manifest): void {
  checkFields(found, `${place}/schema`, way.schema);
  for (const name of RESERVED) {
    if (Object.hasOwn(way.schema.properties, name)) found.add(`${place}/schema`, `“${name}” is reserved`);
  }
  checkTexts(found, `${place}/placement`, way.placement, config, credentialNames(way));
  checkBaseUrl(found, `${place}/base_url`, way.base_url, config);
  checkSteps(found, `${place}/test`, way.test ?? [], config);
  checkSteps(found, `${place}/health`, way.health ?? [], config);
  checkConditions(
    found,
    `${place}/failures`,
    way.failures.map(({ when }) => when),
    config,
  );
  for (const name of way.requires_config) {
    if (!Object.hasOwn(config.properties, name)) found.add(place, `there is no field config.${name}`);
  }
  checkOAuth(found, place, way, config);
}

function checkProvider(found: Findings, manifest: Manifest): void {
  if (manifest.provider !== 'manifest') {
    if (!manifest.code_test) found.add('/code_test', 'a type tested by code says here what the code does');
    return;
  }
  for (const [index, way] of manifest.auth.entries()) {
    if (!(way.base_url ?? manifest.base_url))
      found.add(`/auth/${index}`, 'there is no base_url for this way');
    if ((way.test ?? manifest.test).length === 0)
      found.add(`/auth/${index}`, 'there is no test for this way');
  }
}

/** What the schema cannot check: names that refer to each other, templates, paths, regular expressions. */
export function checkManifest(manifest: Manifest): Problem[] {
  const found = new Findings();
  const { config } = manifest;
  checkConfig(found, manifest);
  checkUnique(
    found,
    '/auth',
    manifest.auth.map(({ id }) => id),
  );
  for (const [index, way] of manifest.auth.entries()) checkWay(found, `/auth/${index}`, way, manifest);
  checkBaseUrl(found, '/base_url', manifest.base_url, config);
  checkTexts(found, '/headers', manifest.headers, config);
  checkSteps(found, '/test', manifest.test, config);
  checkSteps(found, '/health', manifest.health, config);
  checkConditions(
    found,
    '/failures',
    manifest.failures.map(({ when }) => when),
    config,
  );
  checkConditions(found, '/rate_limit/throttled', manifest.rate_limit.throttled, config);
  checkConditions(found, '/token_dead', manifest.token_dead, config);
  checkSync(found, manifest);
  checkProvider(found, manifest);
  return found.problems;
}
