import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { latchkey, settingsOf } from './support/cli.js';
import {
  addCredentials,
  finishRotations,
  flip,
  readAll,
  rotationsOf,
  runnerOf,
  startRotation,
} from './support/keys.js';
import { type Account, TestApp } from './support/test-app.js';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

let testApp: TestApp;
let account: Account;
let slug: string;

beforeAll(async () => {
  testApp = await TestApp.start();
});

afterAll(() => testApp.close());

beforeEach(async () => {
  account = await testApp.account();
  const [row] = await testApp.sql<{ slug: string }>('SELECT slug FROM organizations WHERE id = $1', [
    account.organizationId,
  ]);
  slug = row!.slug;
});

const latestOf = () => rotationsOf(testApp.app).findLatest(account.organizationId, 'organization');

/** Holds a rotation up at this credential. @returns what lets it go on */
async function hold(credentialId: string): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: testApp.urls.owner });
  await holder.connect();
  await holder.query('BEGIN');
  await holder.query("SELECT set_config('app.organization_id', $1, true)", [account.organizationId]);
  const { rowCount } = await holder.query('SELECT 1 FROM integration_credentials WHERE id = $1 FOR UPDATE', [
    credentialId,
  ]);
  expect(rowCount).toBe(1);
  return () => holder.end();
}

/** The command as a process of its own. */
function start(environment: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, ...settingsOf(testApp), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    child,
    ended: once(child, 'close') as Promise<[number | null, string | null]>,
    output: () => output,
  };
}

describe('latchkey keys', () => {
  it('status says how the keys stand, for people and for machines', async () => {
    const people = await latchkey(testApp, ['keys', 'status', '--limit', '100']);
    expect(people).toMatchObject({ code: 0, err: '' });
    expect(people.out).toMatch(/Root key +file, .*root\.key/);
    expect(people.out).toMatch(/Fingerprint +[0-9a-f]{16}/);
    expect(people.out).toContain(slug);

    const machines = await latchkey(testApp, ['keys', 'status', '--json']);
    expect(JSON.parse(machines.out).keys).toMatchObject({ store: 'file', key_store: { status: 'ok' } });
  });

  it('rotate-org rotates, verify opens everything, retire destroys the old version', async () => {
    await addCredentials(testApp, account, 1200);

    const rotated = await latchkey(testApp, ['keys', 'rotate-org', slug]);
    expect(rotated).toMatchObject({ code: 0, out: expect.stringContaining('1,200 of 1,200 (100 %)') });
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 1200 }, right: 1200 });

    const verified = await latchkey(testApp, ['keys', 'verify', account.organizationId, '--json']);
    expect(verified.code).toBe(0);
    expect(JSON.parse(verified.out)).toMatchObject({
      rotation: { state: 'completed', report: { opened: 1200, unreadable: 0, versions: { 2: 1200 } } },
      unreadable: [],
    });

    const retired = await latchkey(testApp, ['keys', 'retire', slug]);
    expect(retired).toMatchObject({ code: 0, out: expect.stringContaining('destroyed 1.') });
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 1200 }, right: 1200 });
    expect((await latchkey(testApp, ['keys', 'retire', slug])).code).toBe(1);

    const trail = await testApp.sql<{ actor_type: string; metadata: { component?: string } }>(
      "SELECT actor_type, metadata FROM audit_logs WHERE organization_id = $1 AND action = 'keys.retired'",
      [account.organizationId],
    );
    expect(trail).toMatchObject([{ actor_type: 'system', metadata: { component: 'cli' } }]);
  });

  it('verify ends with 1 and names what does not open, as status and a refused retirement do', async () => {
    const [id] = await addCredentials(testApp, account, 2);
    await flip(testApp, id!);
    const [integration] = await testApp.sql<{ id: string; name: string; organization: string }>(
      `SELECT i.id, i.name, o.name AS organization FROM integrations i
       JOIN integration_credentials c ON c.integration_id = i.id JOIN organizations o ON o.id = i.organization_id
       WHERE c.id = $1`,
      [id],
    );
    const { name, organization } = integration!;

    const verified = await latchkey(testApp, ['keys', 'verify', slug]);

    expect(verified.code).toBe(1);
    const line = verified.out.split('\n').find((text) => text.includes(id!));
    expect(line).toContain(organization);
    expect(line).toContain(`“${name}”`);
    const status = await latchkey(testApp, ['keys', 'status', '--limit', '100']);
    expect(status.out.split('\n').find((text) => text.includes(id!))).toContain(`“${name}”`);
    const machines = JSON.parse(
      (await latchkey(testApp, ['keys', 'status', '--json', '--limit', '100'])).out,
    );
    expect(machines.unreadable).toContainEqual(
      expect.objectContaining({ row_id: id, name, integration_id: integration!.id }),
    );
    await latchkey(testApp, ['keys', 'rotate-org', slug]);
    const { code, err } = await latchkey(testApp, ['keys', 'retire', slug]);
    expect(code).toBe(1);
    expect(err).toContain(`“${name}”`);
  });

  it('rotate-org --all rotates every key, and retire everything that can go', async () => {
    const { code, out } = await latchkey(testApp, ['keys', 'rotate-org', '--all', '--json']);
    expect(code).toBe(0);
    const ids = JSON.parse(out).rotations.map((each: { organization_id: string }) => each.organization_id);
    expect(ids).toContain(account.organizationId);

    const retired = await latchkey(testApp, ['keys', 'retire', '--json']);
    const { retirements } = JSON.parse(retired.out);
    expect(retirements).toContainEqual({
      organization_id: account.organizationId,
      retirement: { kind: 'organization', retired: ['1'], kept: [] },
    });
  });

  it('pauses when it is interrupted, and goes on when it is asked again', async () => {
    await addCredentials(testApp, account, 10);

    const early = await latchkey(testApp, ['keys', 'rotate-org', slug], { signal: AbortSignal.abort() });
    expect(early.code).toBe(1);
    expect(await latestOf()).toBeUndefined();

    const stopping = new AbortController();
    const interrupted = await latchkey(testApp, ['keys', 'rotate-org', slug], {
      signal: stopping.signal,
      // It has begun when it says how far it is.
      told: () => stopping.abort(),
    });
    expect(interrupted).toMatchObject({ code: 1, out: expect.stringContaining('Paused at 0 of 10') });
    expect(await latestOf()).toMatchObject({ state: 'paused' });

    const again = await latchkey(testApp, ['keys', 'rotate-org', slug]);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('10 of 10') });
  });

  it('that is killed in the middle loses nothing, and a server goes on with it', async () => {
    const ids = await addCredentials(testApp, account, 3000);
    const letGo = await hold(ids.at(-1)!);
    const { child, ended } = start({}, 'keys', 'rotate-org', slug);
    for (let done = 0; done === 0;) done = (await latestOf())?.done ?? 0;
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const left = (await latestOf())!;
    expect(left.state).toBe('running');
    expect(left.done).toBeLessThan(3000);
    expect((await readAll(testApp, account)).right).toBe(3000);
    await letGo();

    // The lease that the dead process holds is by the wall clock, this application's time stands still.
    testApp.clock.advance(600_000);
    await runnerOf(testApp.app).work(account.organizationId, left.id);

    expect(await latestOf()).toMatchObject({ state: 'completed', total: 3000, done: 3000 });
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 3000 }, right: 3000 });
  });

  it.each([
    ['held by another process', 'gen_random_uuid()', /another process works on it.*goes on in [\d,]+ s/],
    ['tried again later', 'NULL', /is tried again in \d+ s/],
  ])('says that it waits for one that is %s', async (_, token, said) => {
    await addCredentials(testApp, account, 3);
    const { id } = await startRotation(testApp.app, account);
    await testApp.sql(
      `UPDATE key_rotations SET lease_token = ${token}, lease_until = now() + interval '10 min' WHERE id = $1`,
      [id],
    );
    const stopping = new AbortController();
    const told = (text: string) => said.test(text) && stopping.abort();

    const { code, err } = await latchkey(testApp, ['keys', 'rotate-org', slug], {
      signal: stopping.signal,
      told,
    });

    expect(code).toBe(1);
    expect(err.match(new RegExp(said, 'g'))).toHaveLength(1);
    expect(await latestOf()).toMatchObject({ state: 'paused', done: 0 });
  });

  it('as a process of its own pauses on SIGINT', async () => {
    const ids = await addCredentials(testApp, account, 3000);
    const letGo = await hold(ids[1500]!);
    const { child, ended, output } = start({}, 'keys', 'rotate-org', slug);
    for (let done = 0; done === 0;) done = (await latestOf())?.done ?? 0;
    child.kill('SIGINT');
    while ((await latestOf())?.state === 'running') continue;
    await letGo();

    expect(await ended).toEqual([1, null]);
    expect(output()).toContain('The same command goes on with it.');
    const left = (await latestOf())!;
    expect(left.state).toBe('paused');
    await rotationsOf(testApp.app).resume({ kind: 'system', component: 'test' }, left.id);
    await finishRotations(testApp.app);
    expect(await readAll(testApp, account)).toEqual({ versions: { 2: 3000 }, right: 3000 });
  });

  it('rotate-root makes a new root key, and retire root destroys the old one', async () => {
    await addCredentials(testApp, account, 2);
    const rotated = await latchkey(testApp, ['keys', 'rotate-root', '--json']);
    expect(rotated.code).toBe(0);
    const { from, to } = JSON.parse(rotated.out).rotation;
    const { keys } = JSON.parse((await latchkey(testApp, ['keys', 'status', '--json'])).out);
    expect(keys.fingerprint).toBe(to);

    const retired = await latchkey(testApp, ['keys', 'retire', 'root', '--json']);

    expect(JSON.parse(retired.out).retirement).toMatchObject({ kind: 'root', retired: [from] });
    expect((await readAll(testApp, account)).right).toBe(2);
  });

  it('ends with 1 and plain words where there is no such organisation, or nothing to do', async () => {
    const missing = await latchkey(testApp, ['keys', 'rotate-org', 'nobody']);
    expect(missing).toMatchObject({ code: 1, out: '', err: expect.stringContaining('no such organisation') });
    const nothing = await latchkey(testApp, ['keys', 'retire', slug, '--json']);
    expect(nothing.code).toBe(1);
    expect(JSON.parse(nothing.err).error).toMatchObject({ code: 'CONFLICT' });
  });

  it('ends with 2 where it cannot start: no database, another schema, another key, wrong settings', async () => {
    const status = (environment: Record<string, string>) =>
      latchkey(testApp, ['keys', 'status'], { environment });
    const nowhere = new URL(testApp.urls.owner);
    nowhere.port = '1';
    expect(await status({ DATABASE_URL: nowhere.toString() })).toMatchObject({
      code: 2,
      err: expect.stringContaining('The database cannot be used'),
    });
    const empty = new URL(testApp.urls.owner);
    empty.pathname = '/postgres';
    expect(await status({ DATABASE_URL: empty.toString() })).toMatchObject({
      code: 2,
      err: expect.stringContaining('Start this version of Latchkey'),
    });
    const other = Buffer.alloc(32, 7).toString('base64');
    const { ended, output } = start({ ENCRYPTION_MASTER_KEY: other }, 'keys', 'status');
    expect(await ended).toEqual([2, null]);
    expect(output()).toContain('fingerprint');
    expect(output()).not.toContain(other);
    expect(await status({ PORT: 'many' })).toMatchObject({ code: 2, err: expect.stringContaining('PORT') });
    expect(await status({ DATABASE_URL: '' })).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no database in'),
    });
  });
});
