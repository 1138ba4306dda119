import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BrowserContext, Route } from '@playwright/test';
import { freePort } from './ports';

/** A request to a provider's token endpoint. */
export interface Exchange {
  host: string;
  path: string;
  authorization: string | undefined;
  form: URLSearchParams;
}

export interface PlayedProvider {
  /** The name in the catalogue, as the wizard shows it. */
  name: string;
  search: string;
  consent: string;
  token: { host: string; path: string; answer: Record<string, unknown> };
  /** By host and path: what its API answers to its token. */
  api: Record<string, unknown>;
  /** The account as the interface names it. */
  account: string;
  /** What can be chosen after the consent. */
  resources?: { kind: string; names: string[] };
}

const PROJECTS = {
  projects: [
    { projectId: 'shop-prod', name: 'Shop', projectNumber: '1', lifecycleState: 'ACTIVE' },
    { projectId: 'billing-prod', name: 'Billing', projectNumber: '2', lifecycleState: 'ACTIVE' },
  ],
};
const bearer = (token: string) => ({ access_token: token, token_type: 'bearer' });

/** Each as its documentation says that it answers. */
export const PROVIDERS = {
  github: {
    name: 'GitHub',
    search: 'github',
    consent: 'https://github.com/login/oauth/authorize',
    token: {
      host: 'github.com',
      path: '/login/oauth/access_token',
      answer: { ...bearer('gho_of_the_tests'), scope: 'repo,read:org' },
    },
    api: { 'api.github.com/user': { login: 'octo-ada', id: 7, name: 'Ada' } },
    account: 'octo-ada',
  },
  slack: {
    name: 'Slack',
    search: 'slack',
    consent: 'https://slack.com/oauth/v2/authorize',
    token: {
      host: 'slack.com',
      path: '/api/oauth.v2.access',
      answer: {
        ok: true,
        access_token: 'xoxe.xoxb-of-the-tests',
        token_type: 'bot',
        scope: 'chat:write,chat:write.public,channels:read,groups:read',
        expires_in: 43_200,
        refresh_token: 'xoxe-1-of-the-tests',
        team: { id: 'T01', name: 'Acme' },
        bot_user_id: 'U01',
        app_id: 'A01',
      },
    },
    api: {
      'slack.com/api/auth.test': { ok: true, team: 'Acme', team_id: 'T01', user: 'latchkey', bot_id: 'B01' },
    },
    account: 'Acme',
  },
  supabase: {
    name: 'Supabase',
    search: 'supabase',
    consent: 'https://api.supabase.com/v1/oauth/authorize',
    token: {
      host: 'api.supabase.com',
      path: '/v1/oauth/token',
      answer: { ...bearer('sbp_oauth_of_the_tests'), refresh_token: 'sbr_of_the_tests', expires_in: 86_400 },
    },
    api: {
      'api.supabase.com/v1/organizations': [{ id: 'acme', name: 'Acme Inc' }],
      'api.supabase.com/v1/projects': [
        { id: 'abcdefghijklmnopqrst', name: 'Shop', region: 'eu-central-1', status: 'ACTIVE_HEALTHY' },
        { id: 'tsrqponmlkjihgfedcba', name: 'Billing', region: 'us-east-1', status: 'ACTIVE_HEALTHY' },
      ],
    },
    account: 'Acme Inc',
    resources: { kind: 'Projects', names: ['Shop', 'Billing'] },
  },
  vercel: {
    name: 'Vercel',
    search: 'vercel',
    consent: 'https://vercel.com/oauth/authorize',
    token: {
      host: 'api.vercel.com',
      path: '/login/oauth/token',
      answer: {
        ...bearer('vca_of_the_tests'),
        refresh_token: 'vcr_of_the_tests',
        expires_in: 3600,
        scope: 'openid email profile offline_access',
      },
    },
    api: {
      'api.vercel.com/v2/user': { user: { id: 'u1', username: 'ada', email: 'ada@example.com' } },
      'api.vercel.com/v2/teams': {
        teams: [
          { id: 'team_1', name: 'Acme', slug: 'acme' },
          { id: 'team_2', name: 'Side project', slug: 'side' },
        ],
        pagination: { count: 2, next: null, prev: null },
      },
    },
    account: 'ada',
    resources: { kind: 'Teams', names: ['Acme', 'Side project'] },
  },
  netlify: {
    name: 'Netlify',
    search: 'netlify',
    consent: 'https://app.netlify.com/authorize',
    token: {
      host: 'api.netlify.com',
      path: '/oauth/token',
      answer: { ...bearer('nfo_of_the_tests'), created_at: 1_700_000_000, scope: 'public' },
    },
    api: {
      'api.netlify.com/api/v1/user': { id: 'n1', email: 'ada@example.com', full_name: 'Ada' },
      'api.netlify.com/api/v1/sites': [
        { id: 's1', name: 'acme-shop', ssl_url: 'https://acme-shop.netlify.app' },
        { id: 's2', name: 'acme-docs', ssl_url: 'https://acme-docs.netlify.app' },
      ],
    },
    account: 'ada@example.com',
    resources: { kind: 'Sites', names: ['acme-shop', 'acme-docs'] },
  },
  google_cloud: {
    name: 'Google Cloud',
    search: 'google cloud',
    consent: 'https://accounts.google.com/o/oauth2/v2/auth',
    token: {
      host: 'oauth2.googleapis.com',
      path: '/token',
      answer: {
        access_token: 'ya29.of-the-tests',
        token_type: 'Bearer',
        refresh_token: '1//of-the-tests',
        expires_in: 3599,
        scope:
          'openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/cloud-platform.read-only',
      },
    },
    api: {
      'openidconnect.googleapis.com/v1/userinfo': { sub: '42', email: 'ada@example.com' },
      'cloudresourcemanager.googleapis.com/v1/projects': PROJECTS,
    },
    account: 'ada@example.com',
    resources: { kind: 'Projects', names: ['Shop', 'Billing'] },
  },
} satisfies Record<string, PlayedProvider>;

/** What the person at the provider's page does. */
export type Answer = 'agree' | 'decline' | 'think';

/** Plays the providers: their pages in the browser, their token endpoints and APIs on the wire. */
export class Providers {
  readonly exchanges: Exchange[] = [];
  /** The addresses that the browser was sent to. */
  readonly visited: URL[] = [];
  private answer: Answer = 'agree';
  private refusal: Record<string, unknown> | undefined;
  private server: Server | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<Providers> {
    const providers = new Providers(await freePort());
    const server = createServer((request, response) => void providers.serve(request, response));
    providers.server = server;
    await new Promise<void>((done) => server.listen(providers.port, '127.0.0.1', done));
    return providers;
  }

  get hostMap(): string {
    const hosts = Object.values(PROVIDERS).flatMap(({ token, api }) => [
      token.host,
      ...Object.keys(api).map((address) => address.split('/')[0] ?? ''),
    ]);
    return [...new Set(hosts)].map((host) => `${host}=http://127.0.0.1:${this.port}`).join(',');
  }

  close(): Promise<unknown> {
    this.server?.closeAllConnections();
    return new Promise((done) => this.server?.close(done));
  }

  /** What the person does from now on; `think` leaves the page open. */
  willAnswer(answer: Answer): void {
    this.answer = answer;
  }

  /** The token endpoints refuse with this from now on. */
  refuse(body: Record<string, unknown>): void {
    this.refusal = body;
  }

  reset(): void {
    this.answer = 'agree';
    this.refusal = undefined;
    this.exchanges.length = 0;
    this.visited.length = 0;
  }

  async playIn(context: BrowserContext): Promise<void> {
    for (const { consent } of Object.values(PROVIDERS))
      await context.route(`${consent}?**`, (route) => this.consent(route));
  }

  private async consent(route: Route): Promise<void> {
    const asked = new URL(route.request().url());
    this.visited.push(asked);
    if (this.answer === 'think') {
      const body = '<!doctype html><title>Consent</title><h1>May Latchkey?</h1>';
      return route.fulfill({ contentType: 'text/html', body });
    }
    const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
    back.searchParams.set('state', asked.searchParams.get('state') ?? '');
    if (this.answer === 'agree') back.searchParams.set('code', 'code-of-the-tests');
    else {
      back.searchParams.set('error', 'access_denied');
      back.searchParams.set('error_description', 'WORDS OF THE PROVIDER');
    }
    // Not a redirect by the route, which the browser would not follow to another site: a page that goes on.
    const body = `<!doctype html><title>Consent</title><script>location.replace(${JSON.stringify(back.href)})</script>`;
    return route.fulfill({ contentType: 'text/html', body });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { host = '', authorization } = request.headers;
    const [path = ''] = (request.url ?? '').split('?');
    const answer = this.answerTo(host, path, authorization, Buffer.concat(chunks).toString());
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
  }

  private answerTo(host: string, path: string, authorization: string | undefined, body: string) {
    for (const { token, api } of Object.values<PlayedProvider>(PROVIDERS)) {
      if (host === token.host && path === token.path) {
        this.exchanges.push({ host, path, authorization, form: new URLSearchParams(body) });
        return this.refusal ? { status: 400, body: this.refusal } : { status: 200, body: token.answer };
      }
      const found = api[`${host}${path}`];
      if (found === undefined) continue;
      const holds = authorization === `Bearer ${String(token.answer.access_token)}`;
      return holds ? { status: 200, body: found } : { status: 401, body: { message: 'Unauthorized' } };
    }
    return { status: 404, body: { message: 'Not found' } };
  }
}
