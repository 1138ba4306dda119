import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { ServerOptions } from 'node:https';
import { type Answer, Counterpart, type Received } from './counterpart.js';

interface TransitRequest {
  plaintext?: string;
  ciphertext?: string;
  associated_data?: string;
}

const refusal = (status: number, ...errors: string[]): Answer => ({ status, json: { errors } });

/** The Transit engine of Vault and OpenBao on the wire, with keys that really encrypt and bind associated data. */
export class TransitCounterpart {
  sealed = false;
  /** Answers every call with this status. */
  status: number | null = null;
  readonly tokens = new Set(['hvs.first-token']);
  namespace: string | undefined;
  readonly calls: { operation: string; key: string; request: TransitRequest }[] = [];
  private readonly keys = new Map<string, Buffer>();

  private constructor(
    readonly counterpart: Counterpart,
    private readonly mount: string,
  ) {}

  static async start(options: { mount?: string; tls?: ServerOptions } = {}): Promise<TransitCounterpart> {
    const counterpart = await Counterpart.start(options.tls);
    const transit = new TransitCounterpart(counterpart, options.mount ?? 'transit');
    counterpart.answers({ '*': (request) => transit.answer(request) });
    return transit;
  }

  createKey(name: string): void {
    this.keys.set(name, randomBytes(32));
  }

  settings(key?: string): Record<string, string> {
    return {
      VAULT_ADDR: this.counterpart.url,
      VAULT_TOKEN: 'hvs.first-token',
      ...(key ? { VAULT_TRANSIT_KEY: key } : {}),
      ...(this.mount === 'transit' ? {} : { VAULT_TRANSIT_MOUNT: this.mount }),
      ...(this.namespace ? { VAULT_NAMESPACE: this.namespace } : {}),
    };
  }

  close(): Promise<void> {
    return this.counterpart.close();
  }

  private answer({ method, path, headers, body }: Received): Answer {
    if (this.status) return refusal(this.status, 'something is wrong');
    if (this.sealed) return refusal(503, 'Vault is sealed');
    if (!this.tokens.has(String(headers['x-vault-token']))) return refusal(403, 'permission denied');
    if (headers['x-vault-namespace'] !== this.namespace) return refusal(403, 'permission denied');
    const prefix = `/v1/${this.mount}/`;
    const [operation = '', name = '', ...rest] = path.slice(prefix.length).split('/');
    if (!path.startsWith(prefix) || rest.length > 0) return refusal(404, `no handler for route "${path}"`);
    if (method !== 'POST' || headers['content-type'] !== 'application/json')
      return refusal(405, 'unsupported operation');
    const key = this.keys.get(name);
    if (!key) return refusal(400, 'encryption key not found');
    const request = JSON.parse(body) as TransitRequest;
    this.calls.push({ operation, key: name, request });
    return operation === 'encrypt' ? this.encrypt(key, request) : this.decrypt(key, request);
  }

  private encrypt(key: Buffer, request: TransitRequest): Answer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(Buffer.from(request.associated_data ?? '', 'base64'));
    const sealed = [cipher.update(Buffer.from(request.plaintext ?? '', 'base64')), cipher.final()];
    const blob = Buffer.concat([nonce, ...sealed, cipher.getAuthTag()]);
    return { json: { data: { ciphertext: `vault:v1:${blob.toString('base64')}`, key_version: 1 } } };
  }

  private decrypt(key: Buffer, request: TransitRequest): Answer {
    const text = request.ciphertext ?? '';
    if (!text.startsWith('vault:v1:')) return refusal(400, 'invalid ciphertext: no prefix');
    const blob = Buffer.from(text.slice('vault:v1:'.length), 'base64');
    try {
      const cipher = createDecipheriv('aes-256-gcm', key, blob.subarray(0, 12));
      cipher.setAAD(Buffer.from(request.associated_data ?? '', 'base64')).setAuthTag(blob.subarray(-16));
      const plaintext = Buffer.concat([cipher.update(blob.subarray(12, -16)), cipher.final()]);
      return { json: { data: { plaintext: plaintext.toString('base64') } } };
    } catch {
      return refusal(400, 'invalid ciphertext: unable to decrypt');
    }
  }
}
