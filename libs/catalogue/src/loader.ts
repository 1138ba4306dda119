import { readdirSync, readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { createAjv } from './ajv.js';
import { checkManifest } from './check.js';
import { expandManifest, type RawManifest } from './expand.js';
import type { Problem } from './findings.js';
import type { Manifest } from './manifest.js';

/** The types of this installation, read once. */
export interface Catalogue {
  get(id: string): Manifest | undefined;
  /** All types, by name. */
  list(): Manifest[];
  /** The type's SVG, or the general one; undefined for an unknown type. */
  logo(id: string): string | undefined;
}

/** A manifest or logo that cannot be used; the message names the file and the place in it. */
export class CatalogueError extends Error {
  override name = 'CatalogueError';
}

/** `src` and `dist` both stand one level below the package. */
const PACKAGE = new URL('../', import.meta.url);
/** An SVG is answered to browsers: nothing in it may run or load anything. */
const UNSAFE_SVG =
  /<script|<foreignObject|<image|<use|\bon[a-z]+\s*=|href|url\s*\(\s*['"]?(?!#)|<!ENTITY|<!DOCTYPE|@import/i;

type Check = (value: unknown) => Problem[];

function schemaCheck(root: URL): Check {
  const schema = JSON.parse(readFileSync(new URL('manifest.schema.json', root), 'utf8')) as object;
  const validate = createAjv().compile(schema);
  return (value) => {
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const extra = 'additionalProperty' in params ? `: ${String(params.additionalProperty)}` : '';
      return { place: instancePath || '/', message: `${message ?? 'is not valid'}${extra}` };
    });
  };
}

/** The line of a place; the nearest enclosing one when the place itself is absent. */
function lineOf(document: ReturnType<typeof parseDocument>, lines: LineCounter, place: string): number {
  const keys = place.split('/').slice(1);
  for (let length = keys.length; length > 0; length -= 1) {
    const path = keys.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function fail(file: string, problems: { line: number; place: string; message: string }[]): never {
  const list = problems.map(({ line, place, message }) => `${file}:${line} ${place} ${message}`);
  throw new CatalogueError(list.join('\n'));
}

function readManifest(file: string, text: string, check: Check): Manifest {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) fail(file, [{ line: broken.linePos?.[0].line ?? 1, place: '/', message: broken.message }]);

  const raw: unknown = document.toJS({ maxAliasCount: 20 });
  const refuse = (problems: Problem[]) => {
    if (problems.length === 0) return;
    fail(
      file,
      problems.map((problem) => ({ ...problem, line: lineOf(document, lines, problem.place) })),
    );
  };
  refuse(check(raw));
  const manifest = expandManifest(raw as RawManifest);
  refuse(checkManifest(manifest));
  if (`${manifest.id}.yaml` !== file) refuse([{ place: '/id', message: 'must be the name of the file' }]);
  return manifest;
}

function readLogos(root: URL): Map<string, string> {
  const folder = new URL('logos/', root);
  const logos = new Map<string, string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.svg'))) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    if (UNSAFE_SVG.test(text)) throw new CatalogueError(`logos/${file}: scripts and references are refused`);
    logos.set(file.slice(0, -'.svg'.length), text);
  }
  if (!logos.has('_default')) throw new CatalogueError('logos/_default.svg is missing');
  return logos;
}

/** Freezes what all requests share: one must not change it for the others. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

/**
 * Reads and checks every manifest and logo of the package.
 * @param root the folder that holds `manifest.schema.json`, `types` and `logos`; the package's own by default
 * @throws CatalogueError naming file, line and place of everything wrong in the first bad file
 */
export function loadCatalogue(root: URL = PACKAGE): Catalogue {
  const check = schemaCheck(root);
  const folder = new URL('types/', root);
  const manifests = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((file) => freeze(readManifest(file, readFileSync(new URL(file, folder), 'utf8'), check)))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
  const logos = readLogos(root);
  const byId = new Map(manifests.map((manifest) => [manifest.id, manifest]));
  return {
    get: (id) => byId.get(id),
    list: () => [...manifests],
    logo: (id) => (byId.has(id) ? (logos.get(id) ?? logos.get('_default')) : undefined),
  };
}
