import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Server } from 'node:net';
import type { Certificate } from './certificates';
import { freePort } from './ports';
import { slackAnswer } from './slack';

/** What each service takes as its credential. */
export const TOKENS = {
  argocd: 'eyJ-argocd-token-of-the-tests',
  github: 'ghp_github_token_of_the_tests',
  slack: 'xoxb-slack-token-of-the-tests',
};

/** A request as it arrived. */
export interface Received {
  method: string;
  host: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How a service is doing: well it refuses every token but its own; silent it never answers; limited it asks to wait. */
export type Mood = 'well' | 'revoked' | 'failing' | 'web page' | 'silent' | 'limited' | 'unscoped';

const HOSTS = { 'api.github.com': 'github', 'slack.com': 'slack' } as const;

/**
 * Plays Argo CD, GitHub and Slack on the wire. One server is many Argo CDs, told apart by the path before `/api`:
 * each of them, and `github` and `slack`, is a place with a mood of its own.
 */
export class Counterpart {
  readonly requests: Received[] = [];
  private readonly moods = new Map<string, Mood>();
  private readonly tokens = new Map<string, string>();
  private server: Server | undefined;

  private constructor(
    private readonly port: number,
    private certificate: Certificate | undefined,
  ) {}

  /** Serves https with a certificate, http without. */
  static async start(certificate?: Certificate): Promise<Counterpart> {
    const counterpart = new Counterpart(await freePort(), certificate);
    await counterpart.open();
    return counterpart;
  }

  get url(): string {
    return `${this.certificate ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** What makes the product call it for the public services. */
  get environment(): Record<string, string> {
    const hosts = ['api.github.com', 'slack.com', 'argocd.example.com'];
    return { EGRESS_HOST_MAP: hosts.map((host) => `${host}=${this.url}`).join(',') };
  }

  set(place: string, mood: Mood): void {
    this.moods.set(place, mood);
  }

  /** From now on an Argo CD takes this token and no other. */
  accept(place: string, token: string): void {
    this.tokens.set(place, token);
  }

  /** All places are well again. */
  calm(): void {
    this.moods.clear();
    this.tokens.clear();
  }

  /** What a place was asked. */
  askedOf(place: string): Received[] {
    return this.requests.filter((request) => placeOf(request) === place);
  }

  /** Listens on its port, again after a close. */
  async open(): Promise<void> {
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.serve(request, response);
    const server = this.certificate ? createSecureServer(this.certificate, listener) : createServer(listener);
    this.server = server;
    await new Promise<void>((done, failed) =>
      server.once('error', failed).listen(this.port, '127.0.0.1', done),
    );
  }

  async close(): Promise<void> {
    const server = this.server as SecureServer;
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  }

  /** Shows another certificate to whoever comes from now on. */
  async present(certificate: Certificate): Promise<void> {
    await this.close();
    this.certificate = certificate;
    await this.open();
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const received: Received = {
      method: request.method ?? '',
      host: request.headers.host ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.requests.push(received);
    const place = placeOf(received);
    const mood = this.moods.get(place) ?? 'well';
    if (mood === 'silent') return;
    if (mood === 'web page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Sign in</title>');
      return;
    }
    if (mood === 'limited') {
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '2' }).end('{}');
      return;
    }
    const argocdToken = this.tokens.get(place) ?? TOKENS.argocd;
    const { status, body } = mood === 'failing' ? FAILING : answerOf(place, received, mood, argocdToken);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}

interface Answer {
  status: number;
  body: unknown;
}

const FAILING: Answer = { status: 500, body: { message: 'out of order' } };
const ok = (body: unknown): Answer => ({ status: 200, body });

function placeOf({ host, path }: Received): string {
  return HOSTS[host as keyof typeof HOSTS] ?? path.slice(1).split('/api/')[0] ?? '';
}

function answerOf(place: string, request: Received, mood: Mood, argocdToken: string): Answer {
  const path = request.path.slice(request.path.indexOf('/api/')).split('?')[0] ?? '';
  const holds = (token: string) => request.headers.authorization === `Bearer ${token}` && mood !== 'revoked';
  if (place === 'github') {
    if (!holds(TOKENS.github)) return { status: 401, body: { message: 'Bad credentials' } };
    return ok({ login: 'octo-robot', name: 'Octo Robot' });
  }
  if (place === 'slack') {
    if (mood === 'revoked') return ok({ ok: false, error: 'token_revoked' });
    if (!holds(TOKENS.slack)) return ok({ ok: false, error: 'invalid_auth' });
    return ok(slackAnswer(path, request.body, mood === 'unscoped' ? [] : ['channels:read', 'groups:read']));
  }
  if (path === '/api/version') return ok({ Version: 'v3.1.0' });
  if (!holds(argocdToken)) return { status: 401, body: { error: 'no session information' } };
  if (path === '/api/v1/session/userinfo') return ok({ loggedIn: true, username: 'latchkey' });
  return ok({ items: [{ metadata: { name: 'shop' } }, { metadata: { name: 'billing' } }] });
}
