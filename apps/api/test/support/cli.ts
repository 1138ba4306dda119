import { runCommand } from '../../src/cli/run.js';
import type { TestApp } from './test-app.js';

export interface Answer {
  code: number;
  out: string;
  err: string;
}

/** The variables of a command on the database of a TestApp, as its operator has them. */
export const settingsOf = (testApp: TestApp): Record<string, string> => ({
  DATABASE_URL: testApp.urls.owner,
  LATCHKEY_DATA_DIR: testApp.dataDirectory,
});

/** Runs `latchkey …` in this process. */
export async function latchkey(
  testApp: TestApp,
  args: string[],
  options: { environment?: Record<string, string>; signal?: AbortSignal; told?: (text: string) => void } = {},
): Promise<Answer> {
  const [out, err]: string[][] = [[], []];
  const code = await runCommand(
    args,
    { ...settingsOf(testApp), ...options.environment },
    {
      out: (text) => void out!.push(text),
      err: (text) => {
        err!.push(text);
        options.told?.(text);
      },
      terminal: false,
    },
    options.signal ?? new AbortController().signal,
  );
  return { code, out: out!.join(''), err: err!.join('') };
}
