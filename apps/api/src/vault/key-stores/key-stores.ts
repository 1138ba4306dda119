import type { Clock } from '../../common/clock.js';
import type { Environment } from '../../config/environment.js';
import type { KeySettings } from '../../config/key-settings.js';
import { Availability } from './availability.js';
import { AwsKmsKeyStore } from './aws-kms-key-store.js';
import { EnvKeyStore } from './env-key-store.js';
import { FileKeyStore } from './file-key-store.js';
import type { KeyStore } from './root-key.js';
import { VaultTransitKeyStore } from './vault-transit-key-store.js';

export interface KeyStores {
  current: KeyStore;
  next: KeyStore | null;
}

/** @throws KeyError where a setting is missing. */
export function keyStoresOf(environment: Environment, clock: Clock): KeyStores {
  const { rootKey, nextRootKey, dataDirectory } = environment;
  const storeOf = (settings: KeySettings): KeyStore => {
    switch (settings.kind) {
      case 'file':
        return new FileKeyStore(dataDirectory);
      case 'env':
        return new EnvKeyStore(settings.masterKey, settings.passphrase, settings.suffix);
      case 'aws-kms':
        return new AwsKmsKeyStore(settings, new Availability(clock));
      case 'vault-transit':
        return new VaultTransitKeyStore(settings, new Availability(clock));
    }
  };
  // A key file makes its own successor beside itself.
  const besides = nextRootKey && !(rootKey.kind === 'file' && nextRootKey.kind === 'file');
  return { current: storeOf(rootKey), next: besides ? storeOf(nextRootKey) : null };
}
