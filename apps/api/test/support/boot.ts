import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Boot {
  ready: boolean;
  exitCode: number | null;
  /** Everything it said, on both streams. */
  output: string;
}

/** Starts the built program as an operator does, and ends it once it is ready. */
export function boot(environment: Record<string, string>): Promise<Boot> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH, PORT: '0', LATCHKEY_ROLE: 'api', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    let output = '';
    let ready = false;
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('message', () => {
      ready = true;
      child.kill('SIGTERM');
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ ready, exitCode, output }));
  });
}
