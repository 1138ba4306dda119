import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request, type RequestOptions } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ProxyLimits } from '../../src/access/proxy/proxy-limits.js';
import { UsageCounter } from '../../src/usage/usage-counter.js';
import { Counterpart } from './counterpart.js';
import { LocalServers } from './local-servers.js';
import { type MadeToken, makeToken } from './programs.js';
import { type Account, TestApp, type TestAppOptions } from './test-app.js';

export const SECRET = 'the-secret-of-the-provider';

export interface Called {
  status: number;
  headers: IncomingMessage['headers'];
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any;
}

interface CallOptions {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  id?: string;
  token?: string;
  agent?: Agent;
}

/** An organisation with a program's token and an integration whose provider is played on the wire. */
export class ProxyStage {
  readonly servers = new LocalServers();
  admin: Account;
  token: MadeToken;
  provider: Counterpart;
  /** A `generic_http` integration, below `/base` of the provider. */
  id: string;

  private constructor(readonly testApp: TestApp) {}

  static async start(options: TestAppOptions = {}): Promise<ProxyStage> {
    const stage = new ProxyStage(await TestApp.start(options));
    stage.admin = await stage.testApp.account();
    stage.token = await makeToken(stage.testApp, stage.admin);
    stage.provider = await Counterpart.start();
    stage.id = await stage.integrate(`${stage.provider.url}/base`);
    return stage;
  }

  async close(): Promise<void> {
    await this.testApp.close();
    await this.provider.close();
    await this.servers.close();
  }

  get limits(): ProxyLimits {
    return this.testApp.app.get(ProxyLimits, { strict: false });
  }

  /** @returns the id of a new integration. */
  async integrate(
    baseUrl: string,
    credentials: object = { credential_type: 'api_token', auth_mode: 'bearer', token: SECRET },
    config: object = {},
  ): Promise<string> {
    return this.add({
      integration_type_id: 'generic_http',
      config: { base_url: baseUrl, ...config },
      credentials,
    });
  }

  async add(form: object): Promise<string> {
    const { body } = await this.testApp.as(this.admin).post('/integrations', { name: 'Example', ...form });
    if (!body.success) throw new Error(JSON.stringify(body.error));
    return body.data.integration.id;
  }

  /** The options of a call, its path exactly as given: `http.request` does not tidy it up. */
  options(
    path: string,
    { method = 'GET', headers, id = this.id, token, agent }: CallOptions = {},
  ): RequestOptions {
    return {
      host: '127.0.0.1',
      port: portOf(this.testApp.app),
      method,
      path: path.startsWith('/') ? `/api/v1/integrations/${id}/proxy${path}` : path,
      headers: { authorization: `Bearer ${token ?? this.token.token}`, ...headers },
      agent: agent ?? false,
    };
  }

  /** A call whose body the test writes itself. */
  open(path: string, options: CallOptions = {}): ClientRequest {
    return request(this.options(path, options));
  }

  async call(path: string, options: CallOptions = {}): Promise<Called> {
    const outgoing = this.open(path, options);
    outgoing.end(options.body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const text = String(await buffer(response));
    const isJson = /json/.test(response.headers['content-type'] ?? '');
    return {
      status: response.statusCode!,
      headers: response.headers,
      text,
      json: isJson && text !== '' ? JSON.parse(text) : undefined,
    };
  }

  /** A bare connection to the API, for what no client would send. */
  async socket(): Promise<Socket> {
    const socket = connect(portOf(this.testApp.app), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  /** Sends this text and reads until the server closes. */
  async exchange(text: string): Promise<string> {
    const socket = await this.socket();
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += String(chunk)));
    socket.write(text);
    await once(socket, 'close');
    return answer;
  }

  /** How often it was called, as the usage says. */
  async usage(id = this.id): Promise<Record<string, number>> {
    await this.testApp.app.get(UsageCounter, { strict: false }).flush();
    const { body } = await this.testApp.as(this.admin).get(`/integrations/${id}/usage`).expect(200);
    return body.data.usage.totals;
  }
}

export const portOf = (app: NestFastifyApplication): number =>
  (app.getHttpServer().address() as AddressInfo).port;
