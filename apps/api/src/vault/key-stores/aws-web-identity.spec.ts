import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Counterpart, type Received } from '../../../test/support/counterpart.js';
import { KmsCounterpart } from '../../../test/support/kms.js';
import { stsError, webIdentityAnswer } from '../../../test/support/sts.js';
import { TestClock } from '../../../test/support/test-clock.js';
import { loadEnvironment } from '../../config/environment.js';
import { keyStoresOf } from './key-stores.js';
import { KeyError, type KeyStore, KeyStoreUnavailableError } from './root-key.js';

const PLACE = ['organisation', 'organization_keys', '1', 'organization key'];
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const ROLE = 'arn:aws:iam::123456789012:role/latchkey';
const HOUR_MS = 3_600_000;

let kms: KmsCounterpart;
let sts: Counterpart;
let folder: string;
let tokenFile: string;
let lifetimeMs: number;
const asked: URLSearchParams[] = [];
const opened: KeyStore[] = [];

beforeAll(async () => {
  kms = await KmsCounterpart.start();
  sts = await Counterpart.start();
  folder = mkdtempSync(join(tmpdir(), 'latchkey-identity-'));
  tokenFile = join(folder, 'token');
});

beforeEach(() => {
  lifetimeMs = HOUR_MS;
  asked.length = 0;
  writeFileSync(tokenFile, 'first.token.of-the-platform\n');
  sts.answers({ 'POST /': exchange });
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close?.();
});

afterAll(async () => {
  await kms.close();
  await sts.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The keys that KMS knows, for a token and without a signature. */
function exchange({ headers, body }: Received) {
  const form = new URLSearchParams(body);
  asked.push(form);
  if (headers.authorization !== undefined) return stsError('SignatureDoesNotMatch', 'not asked for');
  if (form.get('RoleArn') !== ROLE) return stsError('AccessDenied', 'Not authorized');
  const keys = kms.settings('');
  return webIdentityAnswer(
    {
      keyId: keys.AWS_ACCESS_KEY_ID!,
      secret: keys.AWS_SECRET_ACCESS_KEY!,
      token: keys.AWS_SESSION_TOKEN!,
    },
    new Date(Date.now() + lifetimeMs),
  );
}

function storeWith(settings: Record<string, string> = {}): KeyStore {
  const variables = {
    KEY_STORE: 'aws-kms',
    ...kms.settings(kms.createKey()),
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    AWS_SESSION_TOKEN: '',
    AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
    AWS_ROLE_ARN: ROLE,
    AWS_STS_ENDPOINT: sts.url,
    ...settings,
  };
  const store = keyStoresOf(loadEnvironment(variables), new TestClock()).current;
  opened.push(store);
  return store;
}

async function failureWith(settings: Record<string, string>): Promise<Error> {
  const key = await storeWith(settings).load(null);
  const failure = await key.wrap(PLACE, SECRET).then(
    () => undefined,
    (error: Error) => error,
  );
  expect(`${failure!.message} ${(failure as KeyStoreUnavailableError).reason ?? ''}`).not.toContain(
    'first.token',
  );
  return failure!;
}

describe('KMS asked by whoever the platform vouches for', () => {
  it('is asked with keys that STS gives for the token, once for as long as they last', async () => {
    const key = await storeWith().load(null);

    expect(await key.unwrap(PLACE, await key.wrap(PLACE, SECRET))).toEqual(SECRET);

    expect(asked.map((form) => Object.fromEntries(form))).toEqual([
      expect.objectContaining({
        Action: 'AssumeRoleWithWebIdentity',
        RoleArn: ROLE,
        RoleSessionName: 'latchkey',
        WebIdentityToken: 'first.token.of-the-platform',
      }),
    ]);
  });

  it('reads the token anew when the keys are about to end', async () => {
    lifetimeMs = 60_000;
    const key = await storeWith().load(null);
    const wrapped = await key.wrap(PLACE, SECRET);
    writeFileSync(tokenFile, 'second.token');
    await key.unwrap(PLACE, wrapped);

    expect(asked.at(-1)!.get('WebIdentityToken')).toBe('second.token');
  });

  it('is told what a person can mend: the role, the file, what is missing', async () => {
    const refused = await failureWith({ AWS_ROLE_ARN: `${ROLE}-of-others` });
    expect(refused).toBeInstanceOf(KeyError);
    expect(refused.message).toMatch(/refuses the token.*\(AccessDenied\).*trust policy/s);
    const gone = await failureWith({ AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'none') });
    expect(gone).toBeInstanceOf(KeyError);
    expect(gone.message).toContain('AWS_WEB_IDENTITY_TOKEN_FILE: ENOENT');
    expect(() => storeWith({ AWS_ROLE_ARN: '' })).toThrow('AWS_ROLE_ARN is not');
  });

  it('is away while STS is', async () => {
    sts.answers({ 'POST /': stsError('InternalFailure', 'sorry', 500) });
    expect(await failureWith({})).toBeInstanceOf(KeyStoreUnavailableError);
    expect(await failureWith({ AWS_STS_ENDPOINT: 'http://127.0.0.1:1' })).toBeInstanceOf(
      KeyStoreUnavailableError,
    );
  });

  it('is asked with keys of its own where there are any', async () => {
    const own = kms.settings('');
    const key = await storeWith({
      AWS_ACCESS_KEY_ID: own.AWS_ACCESS_KEY_ID!,
      AWS_SECRET_ACCESS_KEY: own.AWS_SECRET_ACCESS_KEY!,
      AWS_SESSION_TOKEN: own.AWS_SESSION_TOKEN!,
    }).load(null);
    await key.wrap(PLACE, SECRET);

    expect(asked).toEqual([]);
  });
});
