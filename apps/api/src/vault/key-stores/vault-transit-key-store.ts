import { readFileSync } from 'node:fs';
import type { KeySettings } from '../../config/key-settings.js';
import type { EgressClient, EgressResponse } from '../../egress/egress.client.js';
import { EgressError } from '../../egress/egress.error.js';
import { UnsealError } from '../sealed-format.js';
import type { Availability } from './availability.js';
import { egressTo, isOutage } from './operator-egress.js';
import {
  fingerprintOf,
  KeyError,
  type KeyStore,
  KeyStoreUnavailableError,
  type RootKey,
} from './root-key.js';

const TIMEOUT_MS = 3000;
const NAME = /^\w[\w.-]*$/;
const MOUNT = /^\w[\w.-]*(\/\w[\w.-]*)*$/;

type Operation = 'encrypt' | 'decrypt';

/**
 * A key of the Transit engine of HashiCorp Vault or OpenBao. It never leaves there: wrapping and unwrapping are calls.
 * The key has to be of a type with associated data (aes256-gcm96, the default).
 */
export class VaultTransitKeyStore implements KeyStore {
  readonly kind = 'vault-transit';
  readonly needsSalt = false;
  readonly location: string;
  private readonly address: string;
  private readonly key: string;
  private readonly egress: EgressClient;
  private readonly caCertificate: string | undefined;
  private token: string | undefined;

  constructor(
    private readonly settings: KeySettings,
    readonly availability: Availability,
  ) {
    const { transit, suffix } = settings;
    if (!transit.address)
      throw new KeyError(`KEY_STORE${suffix} is vault-transit, but VAULT_ADDR is not set.`);
    if (!transit.key) throw new KeyError(`VAULT_TRANSIT_KEY${suffix} is not set: name the key to use next.`);
    if (!NAME.test(transit.key)) throw new KeyError(`VAULT_TRANSIT_KEY${suffix} is not the name of a key.`);
    if (!MOUNT.test(transit.mount)) throw new KeyError('VAULT_TRANSIT_MOUNT is not a path such as transit.');
    if (!transit.token === !transit.tokenFile) {
      throw new KeyError('Give VAULT_TOKEN or VAULT_TOKEN_FILE, one of them.');
    }
    this.address = transit.address.replace(/\/+$/, '');
    this.key = transit.key;
    this.location = `Vault Transit key ${transit.mount}/${transit.key} at ${this.address}`;
    this.caCertificate = transit.caCertificateFile && fileText('VAULT_CACERT', transit.caCertificateFile);
    this.egress = egressTo(this.address, 'VAULT_ADDR');
  }

  async load(): Promise<RootKey> {
    const { mount, namespace } = this.settings.transit;
    const fingerprint = fingerprintOf('vault-transit', this.address, namespace ?? '', mount, this.key);
    const associated = (context: readonly string[]): string =>
      Buffer.from(JSON.stringify(['latchkey', ...context])).toString('base64');
    return {
      fingerprint,
      wrap: async (context, plaintext) => {
        const { ciphertext } = await this.call('encrypt', {
          plaintext: plaintext.toString('base64'),
          associated_data: associated(context),
        });
        return Buffer.from(ciphertext!);
      },
      unwrap: async (context, wrapped) => {
        const { plaintext } = await this.call('decrypt', {
          ciphertext: wrapped.toString('utf8'),
          associated_data: associated(context),
        });
        return Buffer.from(plaintext!, 'base64');
      },
    };
  }

  provide(): Promise<RootKey> {
    return this.load();
  }

  close(): Promise<void> {
    return this.egress.close();
  }

  private call(operation: Operation, body: object): Promise<{ ciphertext?: string; plaintext?: string }> {
    return this.availability.watch(async () => {
      const used = this.currentToken();
      let answer = await this.send(operation, body, used);
      // Whoever keeps the file renews the token; a refusal is the sign to look.
      if (answer.status === 403 && this.readAgain() !== used) {
        answer = await this.send(operation, body, this.currentToken());
      }
      return this.outcome(operation, answer);
    });
  }

  private async send(operation: Operation, body: object, token: string): Promise<EgressResponse> {
    const { mount, namespace } = this.settings.transit;
    try {
      return await this.egress.request({
        method: 'POST',
        url: `${this.address}/v1/${mount}/${operation}/${this.key}`,
        headers: {
          'content-type': 'application/json',
          'x-vault-request': 'true',
          'x-vault-token': token,
          ...(namespace ? { 'x-vault-namespace': namespace } : {}),
        },
        body: JSON.stringify(body),
        caCertificate: this.caCertificate,
        timeoutMs: TIMEOUT_MS,
        maxRedirects: 0,
      });
    } catch (error) {
      if (!(error instanceof EgressError)) throw error;
      const reason = `${this.location}: ${error.reason}`;
      throw isOutage(error)
        ? new KeyStoreUnavailableError(reason, { cause: error })
        : new KeyError(reason, { cause: error });
    }
  }

  private outcome(
    operation: Operation,
    { status, body }: EgressResponse,
  ): { ciphertext?: string; plaintext?: string } {
    const { data, errors } = parsed(body);
    const wanted = operation === 'encrypt' ? data?.ciphertext : data?.plaintext;
    if (status === 200 && typeof wanted === 'string' && wanted !== '') return data!;
    const said = (errors ?? []).join('; ').slice(0, 300);
    if (status === 400 && operation === 'decrypt' && /invalid ciphertext|authentication failed/.test(said)) {
      throw new UnsealError('Transit does not open this: it was changed, moved, or wrapped by another key.');
    }
    if (status === 400 || status === 403 || status === 404 || status === 405) {
      throw new KeyError(
        `${this.location} cannot be used: ${REMEDIES[status]} Vault says: ${said || status}.`,
      );
    }
    const why = status === 503 ? 'is sealed or in standby' : `answers ${status}`;
    throw new KeyStoreUnavailableError(`${this.location}: Vault ${why}. ${said}`.trim(), {
      throttled: status === 429,
    });
  }

  private currentToken(): string {
    return this.token ?? this.readAgain();
  }

  private readAgain(): string {
    const { token, tokenFile } = this.settings.transit;
    this.token = token ?? fileText('VAULT_TOKEN_FILE', tokenFile!).trim();
    if (!/^[\x21-\x7e]+$/.test(this.token)) {
      this.token = undefined;
      throw new KeyError(`${token ? 'VAULT_TOKEN' : `The file ${tokenFile}`} does not hold a token.`);
    }
    return this.token;
  }
}

const REMEDIES: Readonly<Record<number, string>> = {
  400: 'create the key (type aes256-gcm96), and do not raise min_decryption_version above what is in use.',
  403: 'the token is not valid any more, or may not update encrypt/ and decrypt/ of the key.',
  404: 'check VAULT_ADDR, VAULT_NAMESPACE and VAULT_TRANSIT_MOUNT.',
  405: 'check VAULT_ADDR and VAULT_TRANSIT_MOUNT.',
};

function fileText(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new KeyError(`${variable}: ${(error as Error).message}`, { cause: error });
  }
}

function parsed(body: Buffer): { data?: { ciphertext?: string; plaintext?: string }; errors?: string[] } {
  try {
    return (JSON.parse(body.toString()) ?? {}) as ReturnType<typeof parsed>;
  } catch {
    return {};
  }
}
