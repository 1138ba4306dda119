import { fork } from 'node:child_process';
import { join } from 'node:path';

/** Starts a module of this folder in a process of its own. @returns it, and the first thing it says */
export async function start(name, execArgv = []) {
  const child = fork(join(import.meta.dirname, name), { execArgv });
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
