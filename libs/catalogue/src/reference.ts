import type { Catalogue } from './loader.js';
import type { AuthWay, Field, FieldSet, Manifest, OAuth2, Step } from './manifest.js';
import { mustBeNamed } from './schemas.js';

const INTRODUCTION = `# Integration types

<!-- Written by libs/catalogue/src/write-reference.ts from libs/catalogue/types: change those, not this page. -->

Every type also has what all types have: a connection test, a health check on a schedule, and \`config.sync_interval\` (seconds between two checks at most, 60 to 86400, default 300).
`;

const HOW_TO_ADD = `## Adding a type in five minutes

1. Copy the file in \`libs/catalogue/types\` that is nearest to your service, name it \`<id>.yaml\`, and set \`id\` to the same. The id is stored with every integration: choose it for good.
2. Say what to ask for: \`config\` for what is not secret, one entry of \`auth\` for each way to authenticate. Mark secrets \`writeOnly: true\`. Take facts from the provider's own documentation and link it in \`documentation_url\`; leave out what you cannot verify.
3. Say where the credential goes in \`placement\`, and write a \`test\` that a bad credential fails. Try it with one: some services answer success to anything on the address that looks right.
4. Add \`libs/catalogue/logos/<id>.svg\` (24 by 24, no scripts, no references), or let the general one stand in.
5. Add the exact requests and the answers that matter to the tables in \`libs/catalogue/src/request.spec.ts\` and \`outcome.spec.ts\`.
6. Build and run \`node libs/catalogue/dist/write-reference.js\`, then the tests.

\`libs/catalogue/manifest.schema.json\` describes every key; an editor that knows it (\`# yaml-language-server: $schema=../manifest.schema.json\`) completes and checks as you type. Code is for what data cannot say: set \`provider\` to its name.
`;

function escape(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** A table padded as Prettier pads it, so that the page passes the format check. */
function table(head: string[], rows: string[][]): string {
  const cells = [head, ...rows].map((row) => row.map(escape));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [first = [], ...others] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

function limits(field: Field): string {
  const { default: value, minimum, maximum, examples } = field;
  return [
    field.enum && `one of ${field.enum.join(', ')}`,
    minimum !== undefined && maximum !== undefined && `${minimum} to ${maximum}`,
    value !== undefined && `default \`${String(value)}\``,
    value === undefined && examples?.[0] !== undefined && `such as \`${String(examples[0])}\``,
  ]
    .filter(Boolean)
    .join(', ');
}

function fieldRows(fields: FieldSet): string[][] {
  return Object.entries(fields.properties).map(([name, field]) => [
    `\`${name}\``,
    field.type,
    [fields.required.includes(name) && 'required', field.writeOnly && 'secret', limits(field)]
      .filter(Boolean)
      .join('; '),
    field.description ?? field.title,
  ]);
}

function describeStep(step: Step): string {
  const shown = Object.keys(step.details).map((label) => `\`${label}\``);
  const conditions = [
    ...step.only_with.map((name) => `when \`${name}\` is set`),
    ...step.only_without.map((name) => `when \`${name}\` is not set`),
    ...(step.optional ? ['may fail'] : []),
  ];
  return [
    `\`${step.request.method} ${step.request.path}\``,
    ...(conditions.length > 0 ? [` (${conditions.join(', ')})`] : []),
    ...(shown.length > 0 ? [`, shows ${shown.join(', ')}`] : []),
  ].join('');
}

function describeTest(manifest: Manifest): string {
  if (manifest.code_test) {
    const { does, shows } = manifest.code_test;
    return `**Test**: ${does} Shows ${shows.map((label) => `\`${label}\``).join(', ')}.`;
  }
  return ['**Test**:', '', ...manifest.test.map((step) => `- ${describeStep(step)}`)].join('\n');
}

function describeOAuth({ scopes, refresh, pkce, assumed_lifetime_seconds: assumed }: OAuth2): string[] {
  const rows = scopes.map(({ name, allows, required, default: asked, covers }) => [
    `\`${name}\``,
    required ? 'always' : asked ? 'yes' : 'no',
    allows + (covers.length > 0 ? ` Comes with ${covers.map((each) => `\`${each}\``).join(', ')}.` : ''),
  ]);
  const renewal = {
    none: 'Its tokens are not refreshed.',
    stable: 'Its tokens are refreshed; the refresh token stays the same.',
    rotating: 'Its tokens are refreshed, with a new refresh token each time.',
  }[refresh];
  return [
    [
      pkce === 'none' ? 'A consent in the browser, without PKCE.' : 'A consent in the browser, with PKCE.',
      renewal,
      ...(assumed === undefined ? [] : [`A token of unsaid lifetime is taken to live ${assumed} seconds.`]),
    ].join(' '),
    ...(rows.length > 0 ? [table(['scope', 'asked for', 'allows'], rows)] : []),
  ];
}

function describeResources({ sync }: Manifest): string[] {
  const titles = (sync?.resources ?? [])
    .filter(({ choose }) => choose)
    .map(({ title }) => title.toLowerCase());
  return titles.length > 0 ? [`**To choose from once connected**: ${titles.join(', ')}.`] : [];
}

function describeWay(manifest: Manifest, way: AuthWay): string {
  const named = mustBeNamed(manifest, way) ? ', always named' : way.flow ? ', made by its own flow' : '';
  const parts = [
    `### ${way.title}`,
    `\`auth_mode\` \`${way.id}\`${named}, \`credential_type\` \`${way.credential_type}\`. ${way.description}`,
    way.steps.map((step, index) => `${index + 1}. ${step}`).join('\n'),
  ];
  if (way.oauth2) parts.push(...describeOAuth(way.oauth2));
  const rows = fieldRows(way.schema);
  if (rows.length > 0) parts.push(table(['field', 'type', 'rules', 'meaning'], rows));
  if (way.link) parts.push(`Where: <${way.link}>`);
  if (way.requires_config.length > 0) {
    parts.push(`Needs ${way.requires_config.map((name) => `\`config.${name}\``).join(', ')}.`);
  }
  if (way.test) parts.push(`Tested with ${way.test.map(describeStep).join('; ')}.`);
  return parts.join('\n\n');
}

function describeType(manifest: Manifest): string {
  const { sync_interval: _everywhere, ...properties } = manifest.config.properties;
  const rows = fieldRows({ ...manifest.config, properties });
  return [
    `## ${manifest.name}`,
    `${manifest.description} \`${manifest.id}\`, ${manifest.category}. Source: <${manifest.documentation_url}>`,
    ...(rows.length > 0 ? [table(['config', 'type', 'rules', 'meaning'], rows)] : []),
    describeTest(manifest),
    ...describeResources(manifest),
    ...manifest.auth.map((way) => describeWay(manifest, way)),
  ].join('\n\n');
}

/** The reference page of the catalogue, in Markdown; the same catalogue gives the same page. */
export function renderReference(catalogue: Catalogue): string {
  const types = catalogue.list();
  const overview = table(
    ['type', 'id', 'category', 'ways to authenticate'],
    types.map(({ id, name, category, auth }) => [
      name,
      `\`${id}\``,
      category,
      auth.map((way) => way.title).join(', '),
    ]),
  );
  return [INTRODUCTION.trimEnd(), overview, ...types.map(describeType), HOW_TO_ADD].join('\n\n');
}
