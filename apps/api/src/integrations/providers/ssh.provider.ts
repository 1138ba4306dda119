import { createHash } from 'node:crypto';
import { defaultHint, type FailureKind } from '@latchkey/catalogue';
import ssh2 from 'ssh2';
import { EgressError, toEgressError } from '../../egress/egress.error.js';
import type { ProviderCall, ProviderFailure, ProviderOutcome } from './provider.js';

interface HostKey {
  type: string;
  /** As ssh-keygen writes it. */
  fingerprint: string;
}

interface SshError extends Error {
  level?: string;
}

/** The host is another than the one whose key was pinned. */
class HostKeyMismatch extends Error {}

function failure(kind: FailureKind, reason: string, hint?: string, refused = false): ProviderFailure {
  return { ok: false, kind, reason, hint: hint ?? defaultHint(kind), credentialRefused: refused };
}

function hostKeyOf(blob: Buffer): HostKey {
  const parsed = ssh2.utils.parseKey(blob);
  const [key] = parsed instanceof Error ? [] : [parsed].flat();
  const hash = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '');
  return { type: key?.type ?? 'unknown', fingerprint: `SHA256:${hash}` };
}

/** Signs in and hangs up. @throws HostKeyMismatch, EgressError, and the errors of ssh2 */
async function signIn(call: ProviderCall): Promise<HostKey> {
  const { config, credentials, signal, stepLimitMs } = call;
  const pinned = config.host_key_fingerprint;
  const socket = call.egress.socket({ timeoutMs: stepLimitMs });
  const client = new ssh2.Client();
  const { promise, resolve, reject } = Promise.withResolvers<HostKey>();
  let hostKey: HostKey | undefined;
  const cancel = (): void =>
    reject(new EgressError('timeout', `${String(config.host)} did not answer in time.`));
  signal.addEventListener('abort', cancel, { once: true });
  // The listeners stay: an error after the answer is of no interest, and without a listener it would end the process.
  socket.on('error', reject);
  client
    .on('error', (error) => reject(error))
    .on('close', () => reject(new EgressError('refused', `${String(config.host)} closed the connection.`)))
    .on('ready', () => hostKey && resolve(hostKey));
  try {
    socket.connect(Number(config.port ?? 22), String(config.host));
    client.connect({
      sock: socket,
      username: String(config.username),
      privateKey: String(credentials.private_key),
      ...(credentials.passphrase !== undefined && { passphrase: String(credentials.passphrase) }),
      // Nothing of this machine is offered: no agent, no password, no keyboard.
      authHandler: ['publickey'],
      readyTimeout: stepLimitMs,
      hostVerifier: (blob: Buffer) => {
        hostKey = hostKeyOf(blob);
        if (pinned === undefined || pinned === hostKey.fingerprint) return true;
        reject(new HostKeyMismatch());
        return false;
      },
    });
    return await promise;
  } finally {
    signal.removeEventListener('abort', cancel);
    client.end();
    socket.destroySoon();
  }
}

function explain(error: unknown, host: string): ProviderFailure {
  const { level = '', message = '' } = error as SshError;
  if (error instanceof HostKeyMismatch) {
    return failure(
      'tls',
      'The server has another host key than the pinned one',
      'If the server was set up anew, compare ssh-keygen -lf on it and enter the new fingerprint; otherwise somebody may stand in between.',
    );
  }
  if (error instanceof EgressError) return failure(error.kind, error.reason, error.hint);
  if (level === 'client-authentication') {
    return failure(
      'auth',
      'The server does not let this user in with this key',
      'Check the user name, and that the public key stands in authorized_keys of this user on the server.',
      true,
    );
  }
  if (level === 'client-timeout')
    return failure('timeout', 'The server did not complete the SSH handshake in time');
  if (/no matching/i.test(message)) {
    return failure(
      'bad_response',
      'The server offers only methods of encryption that are too old',
      'Update the SSH server, or allow it a modern key exchange, cipher and host key.',
    );
  }
  if (/privateKey|passphrase/i.test(message) && level === '')
    return failure('config', 'The private key cannot be read', 'Enter the credential again.', true);
  if (level === 'protocol' || level === 'handshake') {
    return failure('bad_response', 'What answers there is not an SSH server', 'Check host and port.');
  }
  const { kind, reason, hint } = toEgressError(error, host);
  return failure(kind, reason, hint);
}

/** Connects, checks the key of the host, and signs in. No command is run. */
export async function callSsh(call: ProviderCall): Promise<ProviderOutcome> {
  const { host, username } = call.config;
  try {
    const { type, fingerprint } = await signIn(call);
    return { ok: true, details: { username, host_key_type: type, host_key_fingerprint: fingerprint } };
  } catch (error) {
    return explain(error, String(host));
  }
}
