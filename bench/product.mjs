// The product as people start it: a process of its own, on a data folder of its own.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { SERVER_OPTIONS, serverEnvironment } from '../scripts/node-options.mjs';

const HERE = import.meta.dirname;
const CLI = join(HERE, '../apps/api/dist/cli/main.js');
const MAIN = join(HERE, '../apps/api/dist/main.js');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs a program and waits until a request to it is answered. @returns it, and how long that took in milliseconds */
export async function startTimed(file, { execArgv = [], env = {}, port, path }) {
  const began = performance.now();
  const child = fork(file, {
    execArgv,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise((_, reject) => {
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  // Afterwards it may end.
  ended.catch(() => undefined);
  await Promise.race([once(child, 'message'), ended]);
  const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`);
  await body.dump();
  if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`);
  return { child, took: performance.now() - began };
}

export async function stop(child, signal = 'SIGTERM') {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** A data folder, and the product on it as often as asked for. */
export class Product {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));

  /** @param execArgv options of Node, besides those that `npm start` gives. */
  async start(execArgv = []) {
    const port = await freePort();
    const env = serverEnvironment({
      ...process.env,
      LATCHKEY_DATA_DIR: this.folder,
      PORT: String(port),
      HOST: '127.0.0.1',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      EGRESS_ALLOW: '127.0.0.0/8',
      NODE_ENV: 'production',
    });
    const { child, took } = await startTimed(MAIN, {
      execArgv: [...SERVER_OPTIONS, ...execArgv],
      env,
      port,
      path: '/health/ready',
    });
    this.child = child;
    this.base = `http://127.0.0.1:${port}`;
    return took;
  }

  /** Many integrations. @returns who may see them */
  seedDemo(integrations) {
    const args = [CLI, 'seed-demo', '--integrations', String(integrations), '--json'];
    const env = { ...process.env, LATCHKEY_DATA_DIR: this.folder };
    return JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }));
  }

  stop() {
    return stop(this.child);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What the process itself holds of the machine's memory, in MiB; its database's processes are others (Linux). */
  resident() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)[1]) / 1024);
  }

  /** The same after full collections, by collect.mjs. */
  async collected() {
    const answered = once(this.child, 'message');
    this.child.send('collect');
    await answered;
    return this.resident();
  }
}

/** Node and Nest with no module. */
export async function bareNest() {
  const port = await freePort();
  const { child, took } = await startTimed(join(HERE, 'bare-nest.mjs'), {
    env: { PORT: String(port) },
    port,
    path: '/ready',
  });
  await stop(child);
  return took;
}
