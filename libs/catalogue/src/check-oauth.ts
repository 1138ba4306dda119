import { checkTemplate, checkTexts, checkUnique, type Findings } from './findings.js';
import type { AuthWay, FieldSet, Manifest, OAuth2 } from './manifest.js';
import { RESERVED_PARAMETERS } from './oauth.js';
import { parsePath } from './paths.js';

function checkPaths(found: Findings, place: string, paths: Record<string, string | undefined>): void {
  for (const [name, path] of Object.entries(paths)) {
    if (path !== undefined) found.try(`${place}/${name}`, () => void parsePath(path));
  }
}

function checkScopes(found: Findings, place: string, { scopes }: OAuth2): void {
  const names = scopes.map(({ name }) => name);
  checkUnique(found, place, names);
  for (const { name, covers } of scopes) {
    for (const other of covers.filter((each) => !names.includes(each))) {
      found.add(place, `“${name}” covers “${other}”, which is not a scope here`);
    }
  }
}

function checkFromConfig(
  found: Findings,
  place: string,
  { from_config: from }: OAuth2,
  config: FieldSet,
): void {
  for (const [key, name] of Object.entries(from)) {
    const field = Object.hasOwn(config.properties, name) ? config.properties[name] : undefined;
    const at = `${place}/${key}`;
    if (!field) found.add(at, `there is no field config.${name}`);
    else if (field.type !== (key === 'without_pkce' ? 'boolean' : 'string'))
      found.add(at, `config.${name} has the wrong type`);
    else if (
      key === 'client_authentication' &&
      !field.enum?.every((one) => /^(basic|post|none)$/.test(String(one)))
    )
      found.add(at, `config.${name} has to be one of basic, post and none`);
  }
}

function checkAddresses(found: Findings, place: string, oauth: OAuth2, config: FieldSet): void {
  const { authorization_url, token_url, refresh_url, issuer, revocation, account } = oauth;
  const addresses = { authorization_url, token_url, refresh_url, issuer };
  for (const [key, text] of Object.entries(addresses)) {
    if (text !== undefined) checkTemplate(found, `${place}/${key}`, text, config);
  }
  if (revocation) {
    checkTemplate(found, `${place}/revocation/url`, revocation.url, config, new Set(['client_id']));
    const secrets = new Set(['token', 'client_id', 'client_secret']);
    checkTexts(found, `${place}/revocation/parameters`, revocation.parameters, config, secrets);
  }
  if (account) {
    checkTexts(found, `${place}/account/base_url`, account.base_url, config);
    checkTexts(found, `${place}/account/request`, { ...account.request, method: '' }, config);
    checkPaths(found, `${place}/account`, { name: account.name, id: account.id });
  }
}

/** What the schema cannot check of the OAuth block of a way. */
export function checkOAuth(
  found: Findings,
  way: string,
  { credential_type: type, oauth2 }: AuthWay,
  config: FieldSet,
): void {
  const place = `${way}/oauth2`;
  if ((type === 'oauth2') !== (oauth2 !== undefined)) {
    found.add(place, 'a way has an oauth2 block when its credential_type is oauth2, and only then');
  }
  if (!oauth2) return;
  checkAddresses(found, place, oauth2, config);
  checkScopes(found, `${place}/scopes`, oauth2);
  checkFromConfig(found, `${place}/from_config`, oauth2, config);
  checkPaths(found, `${place}/response`, oauth2.response);
  checkPaths(found, `${place}/capture`, oauth2.capture);
  for (const name of Object.keys(oauth2.capture)) {
    if (!Object.hasOwn(config.properties, name))
      found.add(`${place}/capture`, `there is no field config.${name}`);
  }
  for (const key of ['authorize_parameters', 'token_parameters'] as const) {
    checkTexts(found, `${place}/${key}`, oauth2[key], config);
    for (const name of Object.keys(oauth2[key]).filter((each) => RESERVED_PARAMETERS.has(each))) {
      found.add(`${place}/${key}`, `“${name}” is set by the flow itself`);
    }
  }
}

/** What the schema cannot check of the lists of a type. */
export function checkSync(found: Findings, { sync, config, auth }: Manifest): void {
  const resources = sync?.resources ?? [];
  checkUnique(
    found,
    '/sync/resources',
    resources.map(({ id }) => id),
  );
  for (const [index, { request, items, fields, next, ways = [] }] of resources.entries()) {
    const at = `/sync/resources/${index}`;
    checkTexts(found, `${at}/request`, { ...request, method: '' }, config);
    checkPaths(found, at, { items });
    checkPaths(found, `${at}/fields`, fields);
    checkPaths(found, `${at}/next`, { cursor: next?.cursor });
    if ((next?.cursor === undefined) !== (next?.parameter === undefined)) {
      found.add(`${at}/next`, 'cursor and parameter belong together');
    }
    for (const id of ways.filter((each) => !auth.some((way) => way.id === each))) {
      found.add(`${at}/ways`, `there is no way “${id}”`);
    }
  }
}
