import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedPostgres } from '../src/database/embedded-postgres.js';
import { eventually } from './support/counterpart.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

let folder: string;
let child: ChildProcess;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-start-'));
});

afterEach(async () => {
  child.kill('SIGKILL');
  // Adopts what a failed test left running, so that it can be stopped.
  const leftover = new EmbeddedPostgres(folder);
  await leftover.start();
  await leftover.stop();
  rmSync(folder, { recursive: true, force: true });
});

const begin = (reader: 'ignore' | 'pipe'): ChildProcess =>
  spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, PORT: '0', LATCHKEY_DATA_DIR: folder },
    stdio: ['ignore', reader, reader, 'ipc'],
  });
const running = () => join(folder, 'postgres', 'postmaster.pid');

describe('a start that is interrupted', () => {
  it.each([
    ['Ctrl-C', () => child.kill('SIGINT')],
    ['SIGTERM', () => child.kill('SIGTERM')],
    ['the end of its starter', () => child.disconnect()],
  ])('stops the database too, by %s', async (_, interrupt) => {
    child = begin('ignore');
    const ended = once(child, 'exit');
    await eventually(async () => existsSync(running()), 'PostgreSQL is starting');

    interrupt();

    expect(await ended).toEqual([0, null]);
    expect(existsSync(running())).toBe(false);
  });
});

describe('a process whose output nobody reads any more', () => {
  it('goes on, and stops when it is told to', async () => {
    child = begin('pipe');
    const ended = once(child, 'exit');
    child.stdout!.destroy();
    child.stderr!.destroy();
    expect(await Promise.race([once(child, 'message'), ended])).toEqual(['ready', undefined]);

    child.disconnect();

    expect(await ended).toEqual([0, null]);
    expect(existsSync(running())).toBe(false);
  });
});
