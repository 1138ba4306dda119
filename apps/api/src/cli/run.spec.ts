import { describe, expect, it } from '@jest/globals';
import { runCommand } from './run.js';

/** Runs it where there is nothing: whatever gets as far as a database or a file fails otherwise. */
async function latchkey(args: string[]) {
  const [out, err]: string[][] = [[], []];
  const streams = {
    out: (text: string) => void out!.push(text),
    err: (text: string) => void err!.push(text),
    terminal: false,
  };
  const environment = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing' };
  const code = await runCommand(args, environment, streams, new AbortController().signal);
  return { code, out: out!.join(''), err: err!.join('') };
}

describe('latchkey', () => {
  it.each([
    [[], 'Usage: latchkey'],
    [['keys'], 'Which command'],
    [['keys', 'shred'], 'There is no command “keys shred”'],
    [['keys', 'rotate-org'], 'Which organisation?'],
    [['keys', 'rotate-org', 'acme', '--all'], 'not both'],
    [['keys', 'status', 'please'], 'What is “please”?'],
    [['keys', 'rotate-org', 'acme', '--dry-run'], '--dry-run is not for this command'],
    [['keys', 'retire', 'acme', '--dry-run'], '--dry-run is not for this command'],
    [['keys', 'verify', '--organization', 'acme'], '--organization is not for this command'],
    [['keys', 'rotate-root', '--all'], '--all is not for this command'],
    [['keys', 'retire', '--all'], '--all is not for this command'],
    [['keys', 'status', '--key-version', '1'], '--key-version is not for this command'],
    [
      ['import', 'fernet', 'file.csv', '--organization', 'acme', '--limit', '3'],
      '--limit is not for this command',
    ],
    [['keys', 'retire', 'root', '--key-version', '2'], '--key-version needs an organisation'],
    [['keys', 'retire', 'acme', '1'], '--key-version 1'],
    [['keys', 'retire', 'acme', '--key-version', '0x1'], '--key-version must be a whole number'],
    [['keys', 'retire', 'acme', '--key-version', '1e1'], '--key-version must be a whole number'],
    [['keys', 'status', '--limit', 'many'], '--limit must be a whole number'],
    [['keys', 'status', '--forse'], '--forse'],
    [['keys', 'status', '--limit'], 'missing. `latchkey --help`'],
    [['bake'], 'There is no command “bake”'],
    [['import'], 'Import what?'],
    [['import', 'fernet'], 'Which file?'],
    [['import', 'fernet', 'file.csv'], 'Into which organisation?'],
    [['import', 'fernet', 'file.csv', '--organization', 'acme'], 'LATCHKEY_FERNET_KEY'],
  ])('%j is not understood, and ends with 2', async (args, said) => {
    const { code, out, err } = await latchkey(args);
    expect(code).toBe(2);
    expect(out + err).toContain(said);
  });

  it.each([
    [['--help'], 'Usage: latchkey <command>'],
    [['keys', '--help'], 'rotate-org <slug or id>'],
    [['keys', 'retire', '--help'], 'Usage: latchkey keys retire'],
    [['help', 'import', 'fernet'], '\\copy'],
  ])('%j helps, and ends with 0', async (args, said) => {
    expect(await latchkey(args)).toEqual({ code: 0, out: expect.stringContaining(said), err: '' });
  });
});
