import { Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { Database } from '../database/database.js';
import { KeyStoreProbe, type KeyStoreState } from '../vault/key-store-probe.js';

@Injectable()
export class HealthService {
  constructor(
    private readonly database: Database,
    private readonly keyStore: KeyStoreProbe,
  ) {}

  /** @throws AppError UNAVAILABLE */
  async ready(): Promise<{ status: 'ready'; key_store: KeyStoreState }> {
    const keyStore = await this.lookAtKeys();
    if (keyStore.status === 'unavailable') {
      throw new AppError('UNAVAILABLE', 'The root key cannot be used, and no key is left in memory.', {
        details: { key_store: keyStore },
      });
    }
    return { status: 'ready', key_store: keyStore };
  }

  private async lookAtKeys(): Promise<KeyStoreState> {
    try {
      await this.database.query('SELECT 1');
      return await this.keyStore.check();
    } catch (error) {
      throw new AppError('UNAVAILABLE', 'The database does not answer.', { cause: error });
    }
  }
}
