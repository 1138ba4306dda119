import { fork } from 'node:child_process';
import { join } from 'node:path';

/**
 * Starts a module of this folder in a process of its own.
 * @param options core: the only one it may use, with what it starts (Linux).
 * @returns it, and the first thing it says
 */
export async function start(name, { execArgv = [], env = {}, core } = {}) {
  const pinned =
    core === undefined ? {} : { execPath: 'taskset', execArgv: ['-c', String(core), process.execPath] };
  const child = fork(join(import.meta.dirname, name), {
    ...pinned,
    execArgv: [...(pinned.execArgv ?? []), ...execArgv],
    env: { ...process.env, ...env },
  });
  const said = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  return { child, said };
}

/** Calls a method of the server's `Measures`. */
export function caller(child) {
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  });
  return (call, ...parameters) =>
    new Promise((resolve, reject) => {
      waiting.set((last += 1), { resolve, reject });
      child.send({ id: last, call, parameters });
    });
}
