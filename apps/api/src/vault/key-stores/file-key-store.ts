import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { KEY_BYTES } from '../sealed-format.js';
import { decodeKey, KeyError, type KeyStore, LocalRootKey, type RootKey } from './root-key.js';

/** The root key in a file of its own, mode 0600, beside the database's folder and not inside it. */
export class FileKeyStore implements KeyStore {
  readonly kind = 'file';
  readonly needsSalt = false;
  readonly location: string;

  constructor(dataDirectory: string) {
    this.location = join(dataDirectory, 'keys', 'root.key');
  }

  async load(): Promise<RootKey> {
    const text = await readFile(this.location, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new KeyError(`There is no key file at ${this.location}.`);
      throw new KeyError(`The key file ${this.location} cannot be read: ${error.message}`);
    });
    const { mode } = await stat(this.location);
    if (mode & 0o077) await chmod(this.location, 0o600);
    return new LocalRootKey(decodeKey(text, `The key file ${this.location}`));
  }

  async provide(): Promise<RootKey> {
    await mkdir(dirname(this.location), { recursive: true, mode: 0o700 });
    await this.create();
    return this.load();
  }

  /** The file appears whole or not at all, and one that is there is never replaced. */
  private async create(): Promise<void> {
    // Not by process number: every container's is 1, and they may share the folder.
    const partial = `${this.location}.${randomUUID()}`;
    const file = await open(partial, 'wx', 0o600);
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await file.sync();
    await file.close();
    try {
      await link(partial, this.location);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(partial, { force: true });
    }
  }
}
