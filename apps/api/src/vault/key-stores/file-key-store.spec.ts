import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileKeyStore } from './file-key-store.js';
import { KeyError } from './root-key.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-keys-'));
  file = join(folder, 'keys', 'root.key');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const store = () => new FileKeyStore(folder);
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

const write = (text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
};

describe('the key file', () => {
  it('is made once, readable by its owner alone, in a folder of its own', async () => {
    const made = await store().provide();

    expect(modeOf(file)).toBe('600');
    expect(modeOf(dirname(file))).toBe('700');
    expect(Buffer.from(readFileSync(file, 'utf8').trim(), 'base64')).toHaveLength(32);
    expect(readdirSync(dirname(file))).toEqual(['root.key']);
    expect((await store().load()).fingerprint).toBe(made.fingerprint);
  });

  it('is never replaced', async () => {
    const { fingerprint } = await store().provide();
    const text = readFileSync(file, 'utf8');

    expect((await store().provide()).fingerprint).toBe(fingerprint);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('is never replaced when it is malformed either, but named', async () => {
    write('not a key\n');

    await expect(store().provide()).rejects.toThrow(KeyError);
    expect(readFileSync(file, 'utf8')).toBe('not a key\n');
  });

  it('is not written over through what a process of the same number left when it was killed', async () => {
    await store().provide();
    const text = readFileSync(file, 'utf8');
    linkSync(file, `${file}.${process.pid}`);
    await store().provide();

    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('is one, whoever of twenty that start at once makes it', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => store().provide()));

    const { fingerprint } = await store().load();
    expect(new Set(keys.map((key) => key.fingerprint))).toEqual(new Set([fingerprint]));
    expect(readdirSync(dirname(file))).toEqual(['root.key']);
  });

  it('is closed to others when it was found open', async () => {
    await store().provide();
    chmodSync(file, 0o644);
    await store().load();

    expect(modeOf(file)).toBe('600');
  });

  // Another account's file can only be tried by one that may take another's part.
  (process.getuid?.() === 0 ? describe : describe.skip)(
    'of another account, whose rights are not ours to change',
    () => {
      const NOBODY = 65_534;

      /** As the file of a secret that is mounted: it is read by an account that does not own it. */
      async function loadAsNobody(mode: number): Promise<string> {
        await store().provide();
        for (const path of [folder, dirname(file)]) chmodSync(path, 0o755);
        chownSync(file, 0, NOBODY);
        chmodSync(file, mode);
        process.setegid!(NOBODY);
        process.seteuid!(NOBODY);
        try {
          return (await store().load()).fingerprint;
        } finally {
          process.seteuid!(0);
          process.setegid!(0);
        }
      }

      it('serves when it is open to its group at most', async () => {
        expect(await loadAsNobody(0o440)).toBe((await store().load()).fingerprint);
      });

      it('is refused when everybody can read it, with what to do', async () => {
        await expect(loadAsNobody(0o444)).rejects.toThrow(KeyError);
        await expect(loadAsNobody(0o444)).rejects.toThrow(/can be read by every account.*chmod o=/s);
      });
    },
  );

  it('that is missing is named, and none is made in its place', async () => {
    await expect(store().load()).rejects.toThrow(new KeyError(`There is no key file at ${file}.`));
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ['is empty', '', 0],
    ['holds no base64', 'hunter2 is my password, really!', 0],
    ['holds 16 bytes', Buffer.alloc(16, 7).toString('base64'), 16],
    ['holds 33 bytes', Buffer.alloc(33, 7).toString('base64'), 33],
    ['holds hexadecimal digits', Buffer.alloc(32, 7).toString('hex'), 48],
  ])('that %s is refused, with its path and length and without its text', async (_, text, length) => {
    write(text);
    const failure = await store()
      .load()
      .catch((error: unknown) => error as Error);

    expect(failure).toBeInstanceOf(KeyError);
    const { message } = failure as Error;
    expect(message).toContain(file);
    expect(message).toContain(`it has ${length} bytes`);
    if (text) expect(message).not.toContain(text);
  });

  it('that is a folder is refused with the reason', async () => {
    mkdirSync(file, { recursive: true });

    await expect(store().load()).rejects.toThrow(/cannot be read: EISDIR/);
  });

  it('may have spaces and a line end around the key, and the letters of base64url', async () => {
    const bytes = Buffer.alloc(32, 0xfb);
    write(`  ${bytes.toString('base64')}\r\n`);
    const { fingerprint } = await store().load();
    write(bytes.toString('base64url'));

    expect((await store().load()).fingerprint).toBe(fingerprint);
  });
});

describe('the next key file', () => {
  const files = () => readdirSync(dirname(file)).toSorted();

  it('is made once beside the key, however many ask for it, and is closed to others', async () => {
    const { fingerprint } = await store().provide();
    const next = await Promise.all(Array.from({ length: 10 }, () => store().provideNext()));

    expect(new Set(next.map((key) => key.fingerprint)).size).toBe(1);
    expect(next[0]!.fingerprint).not.toBe(fingerprint);
    expect(files()).toEqual(['root.key', 'root.key.next']);
    expect(modeOf(`${file}.next`)).toBe('600');
    expect((await store().others()).map((key) => key.fingerprint)).toEqual([next[0]!.fingerprint]);
    expect((await store().load()).fingerprint).toBe(fingerprint);
  });

  it('takes the place of the key, which stays beside it, whoever of ten does that', async () => {
    const before = await store().provide();
    const after = await store().provideNext();
    await Promise.all(Array.from({ length: 10 }, () => store().promote(after.fingerprint)));

    expect((await store().load()).fingerprint).toBe(after.fingerprint);
    expect(files()).toEqual(['root.key', `root.key.previous-${before.fingerprint}`]);
    expect((await store().others()).map((key) => key.fingerprint)).toEqual([before.fingerprint]);
  });

  it('takes the empty place of a key that is elsewhere', async () => {
    const after = await store().provideNext();
    await store().promote(after.fingerprint);

    expect(files()).toEqual(['root.key']);
  });

  it('stays where it is when another is asked for', async () => {
    const { fingerprint } = await store().provide();
    await store().provideNext();
    await store().promote(fingerprint);
    await store().promote('0123456789abcdef');

    expect(files()).toEqual(['root.key', 'root.key.next']);
  });

  it('outlives the keys before, which are deleted when they are retired', async () => {
    const before = await store().provide();
    const after = await store().provideNext();
    await store().promote(after.fingerprint);

    expect(await store().retireAllBut(after.fingerprint)).toEqual([before.fingerprint]);
    expect(files()).toEqual(['root.key']);
    expect(await store().retireAllBut(after.fingerprint)).toEqual([]);
  });

  it('does not keep the key from being deleted when the root key is held elsewhere', async () => {
    const { fingerprint } = await store().provide();

    expect(await store().retireAllBut('0123456789abcdef')).toEqual([fingerprint]);
    expect(files()).toEqual([]);
  });

  it('that is malformed is passed over, and never deleted', async () => {
    const { fingerprint } = await store().provide();
    writeFileSync(`${file}.previous-0123456789abcdef`, 'scribble');

    expect(await store().others()).toEqual([]);
    expect(await store().retireAllBut(fingerprint)).toEqual([]);
    expect(files()).toContain('root.key.previous-0123456789abcdef');
  });
});
