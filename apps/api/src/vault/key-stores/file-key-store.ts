import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Logger } from '@nestjs/common';
import { KEY_BYTES } from '../sealed-format.js';
import { decodeKey, KeyError, type KeyStore, LocalRootKey, type RootKey } from './root-key.js';

/**
 * The root key in a file of its own, mode 0600, beside the database's folder and not inside it. While the root key is
 * rotated its successor lies beside it in `root.key.next`; afterwards it is `root.key`, and the one before stays as
 * `root.key.previous-<fingerprint>` until it is retired.
 */
export class FileKeyStore implements KeyStore {
  readonly kind = 'file';
  readonly needsSalt = false;
  readonly availability = null;
  readonly location: string;
  private readonly logger = new Logger('Keys');

  constructor(dataDirectory: string) {
    this.location = join(dataDirectory, 'keys', 'root.key');
  }

  load(): Promise<RootKey> {
    return this.read(this.location);
  }

  async provide(): Promise<RootKey> {
    await this.create(this.location);
    return this.load();
  }

  /** The successor and the predecessors that lie beside the key. One that is malformed is passed over. */
  async others(): Promise<RootKey[]> {
    const paths = await this.besides(/^root\.key\.(next|previous-[0-9a-f]{16})$/);
    const keys = await Promise.all(paths.map((path) => this.read(path).catch(() => undefined)));
    return keys.filter((key) => key !== undefined);
  }

  /** The key that is to follow: the one that waits already, or a new one. */
  async provideNext(): Promise<RootKey> {
    await this.create(`${this.location}.next`);
    return this.read(`${this.location}.next`);
  }

  async findNext(): Promise<RootKey | undefined> {
    return this.read(`${this.location}.next`).catch(() => undefined);
  }

  /** Makes the successor with this fingerprint the key; nothing happens when it is not there (any more). */
  async promote(fingerprint: string): Promise<void> {
    if ((await this.findNext())?.fingerprint !== fingerprint) return;
    const before = await this.load().catch(() => undefined);
    if (before && before.fingerprint !== fingerprint) {
      await link(this.location, `${this.location}.previous-${before.fingerprint}`).catch(
        unlessCode('EEXIST'),
      );
    }
    // At every moment there is a root.key, and each of the two keys lies in some file.
    await rename(`${this.location}.next`, this.location).catch(unlessCode('ENOENT'));
    await this.flush();
  }

  /** Deletes every key but this one. @returns the fingerprints of those that are gone. */
  async retireAllBut(fingerprint: string): Promise<string[]> {
    const retired: string[] = [];
    for (const path of await this.besides(/^root\.key(\.previous-[0-9a-f]{16})?$/)) {
      const key = await this.read(path).catch(() => undefined);
      if (!key || key.fingerprint === fingerprint) continue;
      await rm(path, { force: true });
      retired.push(key.fingerprint);
    }
    if (retired.length > 0) await this.flush();
    return retired;
  }

  private async besides(name: RegExp): Promise<string[]> {
    const folder = dirname(this.location);
    const names = await readdir(folder).catch(() => []);
    return names.filter((each) => name.test(each)).map((each) => join(folder, each));
  }

  private async read(path: string): Promise<RootKey> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new KeyError(`There is no key file at ${path}.`);
      throw new KeyError(`The key file ${path} cannot be read: ${error.message}`);
    });
    await this.closeToOthers(path);
    return new LocalRootKey(decodeKey(text, `The key file ${path}`));
  }

  /**
   * A file of another account, as a mounted secret is, may stay open to its group: there is no other way to hand it
   * to us. @throws KeyError where everybody can read it and that is not ours to change.
   */
  private async closeToOthers(path: string): Promise<void> {
    const mode = (await stat(path)).mode & 0o777;
    if ((mode & 0o077) === 0) return;
    const refused = await chmod(path, 0o600).then(
      () => undefined,
      (error: Error) => error,
    );
    const open = `The key file ${path} can be read by every account of this machine (mode ${mode.toString(8)})`;
    if (refused && mode & 0o007) {
      throw new KeyError(
        `${open}, and that is not ours to change: ${refused.message}. Do so with chmod o= ${path}.`,
      );
    }
    if (!refused && mode & 0o004)
      this.logger.warn(
        `${open.replace('can be', 'could be')}, and cannot any more. If one did, rotate the root key.`,
      );
  }

  /** The file appears whole or not at all, and one that is there is never replaced. */
  private async create(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Not by process number: every container's is 1, and they may share the folder.
    const partial = join(dirname(path), `${basename(path)}.${randomUUID()}`);
    const file = await open(partial, 'wx', 0o600);
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await file.sync();
    await file.close();
    try {
      await link(partial, path).catch(unlessCode('EEXIST'));
    } finally {
      await rm(partial, { force: true });
    }
    await this.flush();
  }

  /** A file that was named or renamed is only sure to be found after a crash once its folder is written. */
  private async flush(): Promise<void> {
    const folder = await open(dirname(this.location), 'r');
    await folder.sync();
    await folder.close();
  }
}

const unlessCode =
  (code: string) =>
  (error: NodeJS.ErrnoException): void => {
    if (error.code !== code) throw error;
  };
