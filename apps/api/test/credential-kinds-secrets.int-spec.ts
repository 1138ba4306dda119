import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type supertest from 'supertest';
import { Counterpart, type Received } from './support/counterpart.js';
import { dumpDatabase, filesIn } from './support/dump.js';
import { keyPair } from './support/key-pairs.js';
import { KindsBench } from './support/kinds-bench.js';
import { findMarks, marked } from './support/marks.js';

const clientSecret = marked();
const accessToken = marked();
const sharedSecret = marked() + marked();
const rsa = keyPair('rsa').privateKey;
/** A line from the middle of the key: unmistakable, and in every copy of it. */
const keyLine = rsa.split('\n')[8]!;
const awsSecret = 'MARKaws0123456789abcdefghijklmnopqrstuv';
const MARKS = [clientSecret, accessToken, sharedSecret, keyLine, awsSecret];

let bench: KindsBench;
let service: Counterpart;
const answers: [where: string, text: string][] = [];
const said: string[] = [];

function listen(): void {
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => {
      said.push(Buffer.from(chunk as Uint8Array).toString());
      return true;
    });
  }
}

const forms: [type: string, config: object, credentials: object][] = [
  [
    'generic_http',
    { base_url: 'https://api.example.com' },
    {
      credential_type: 'client_credentials',
      token_url: 'https://login.example.com/token',
      client_id: 'client',
      client_secret: clientSecret,
      client_authentication: 'post',
    },
  ],
  [
    'generic_http',
    { base_url: 'https://api.example.com' },
    { credential_type: 'jwt', algorithm: 'HS256', secret: sharedSecret },
  ],
  [
    'generic_http',
    { base_url: 'https://api.example.com' },
    { credential_type: 'jwt', algorithm: 'RS256', private_key: rsa },
  ],
  ['github', {}, { credential_type: 'github_app', app_id: '1', installation_id: '2', private_key: rsa }],
  [
    'aws',
    { region: 'eu-central-1' },
    {
      credential_type: 'aws_assume_role',
      role_arn: 'arn:aws:iam::123456789012:role/latchkey',
      access_key_id: 'AKIAIOSFODNN7EXAMPLE',
      secret_access_key: awsSecret,
    },
  ],
];

/** It says again whatever it is sent, and hands out a token that is marked; with another status it refuses. */
function echo(status: number): void {
  service.answers({
    '*': ({ headers, path, body }: Received) => {
      const sent = `${headers.authorization} ${path} ${body} ${accessToken} ${clientSecret}`;
      const later = new Date(bench.testApp.clock.now() + 3_600_000).toISOString();
      const token = { access_token: accessToken, token: accessToken, expires_in: 3600, expires_at: later };
      const isIssuer = path.includes('token');
      return {
        status: status === 200 && path.includes('access_tokens') ? 201 : status,
        headers: {
          'x-echo': encodeURI(sent),
          ...(!isIssuer && { 'content-type': `text/plain; ${encodeURIComponent(sent)}` }),
        },
        json: {
          ...token,
          total_count: 1,
          message: sent,
          error: status === 200 ? undefined : sent,
          error_description: sent,
        },
      };
    },
  });
}

const keep = (where: string, { status, headers, text }: supertest.Response): void => {
  answers.push([`the answer to ${where}`, `${status} ${JSON.stringify(headers)} ${text}`]);
};

async function useAll(status: number): Promise<void> {
  echo(status);
  for (const [type, config, credentials] of forms) {
    const draft = { integration_type_id: type, config, credentials };
    keep('POST /integrations/test', await bench.api.post('/integrations/test', draft));
    const name = `${type} ${status} ${answers.length}`;
    const created = await bench.api.post('/integrations', { ...draft, name }).expect(201);
    keep('POST /integrations', created);
    const path = `/integrations/${created.body.data.integration.id}`;
    keep('POST …/test', await bench.api.post(`${path}/test`));
    await bench.health(created.body.data.integration.id);
    for (const more of ['', '/logs', '/credentials']) keep(`GET …${more}`, await bench.api.get(path + more));
    keep('PATCH …/credentials', await bench.api.patch(`${path}/credentials`, credentials));
  }
}

async function enterWrongly(): Promise<void> {
  const wrong: [string, object, object][] = [
    [
      'generic_http',
      { base_url: 'https://api.example.com' },
      { credential_type: 'jwt', algorithm: 'ES256', private_key: rsa },
    ],
    [
      'generic_http',
      { base_url: 'https://api.example.com' },
      { credential_type: 'mtls', certificate: rsa, private_key: clientSecret },
    ],
    [
      'ssh',
      { host: 'a.example', username: 'b' },
      { credential_type: 'ssh_key', private_key: clientSecret, passphrase: sharedSecret },
    ],
    [
      'github',
      {},
      { credential_type: 'github_app', app_id: '1', installation_id: '2', private_key: rsa.slice(0, 900) },
    ],
    [
      'aws',
      { region: 'eu-central-1' },
      { credential_type: 'aws_access_key', access_key_id: awsSecret, secret_access_key: clientSecret },
    ],
  ];
  for (const [type, config, credentials] of wrong) {
    const form = { integration_type_id: type, name: 'Wrong', config, credentials };
    keep('POST /integrations, invalid', await bench.api.post('/integrations', form).expect(400));
  }
}

beforeAll(async () => {
  listen();
  service = await Counterpart.start();
  bench = await KindsBench.start({
    EGRESS_HOST_MAP: service.mapping(
      'api.example.com',
      'login.example.com',
      'api.github.com',
      'sts.eu-central-1.amazonaws.com',
    ),
  });
  for (const status of [200, 401, 500]) await useAll(status);
  await enterWrongly();
});

afterAll(async () => {
  jest.restoreAllMocks();
  await bench.close();
  await service.close();
});

describe('marked secrets of every derived kind, and the tokens made from them', () => {
  it('were sent where they belong, so that what follows proves something', () => {
    const arrived = service.requests.map(({ body }) => body).join(' ');
    expect(arrived).toContain(encodeURIComponent(clientSecret).slice(0, 20));
    expect(
      answers.filter(([, text]) => text.startsWith('200') || text.startsWith('201')).length,
    ).toBeGreaterThan(30);
    expect(answers.map(([, text]) => text).join(' ')).toContain('[redacted]');
  });

  it('are in no answer', () => {
    expect(findMarks(MARKS, answers)).toEqual([]);
  });

  it('are in nothing the program said', () => {
    expect(findMarks(MARKS, [['the log', said.join('')]])).toEqual([]);
  });

  it('are in no table in the clear, and tokens in none at all', async () => {
    const dump = await dumpDatabase(bench.testApp);
    expect(dump.map(([where]) => where).join(' ')).toContain('public.integration_credentials');
    expect(findMarks(MARKS, dump)).toEqual([]);
  });

  it('are in no file of the data folder', () => {
    expect(findMarks(MARKS, [...filesIn(bench.testApp.dataDirectory)])).toEqual([]);
  });
});
