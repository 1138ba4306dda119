import { createHash, createHmac, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { type Answer, Counterpart, type Received } from './counterpart.js';
import { keyPair } from './key-pairs.js';

const pair = keyPair('rsa');

export interface FakeInstallation {
  id: number;
  account: { id: number; login: string; type: string };
  app_id: number;
  repository_selection: string;
  permissions: Record<string, string>;
  html_url: string;
  suspended_at: string | null;
  suspended_by: { login: string } | null;
}

export interface FakeRepository {
  id: number;
  full_name: string;
  default_branch: string;
  private: boolean;
  visibility: string;
  archived: boolean;
  html_url: string;
}

/** A person at GitHub: what GitHub lists to them. */
interface Person {
  id: number;
  login: string;
  installations: number[];
  /** Organisations that they own. */
  owns: string[];
  /** How many repositories of an installation they reach; all by default. */
  reaches?: number;
}

export const repository = (
  id: number,
  name = `repo-${id}`,
  more: Partial<FakeRepository> = {},
): FakeRepository => ({
  id,
  full_name: `octo-org/${name}`,
  default_branch: 'main',
  private: true,
  visibility: 'private',
  archived: false,
  html_url: `https://github.com/octo-org/${name}`,
  ...more,
});

const refused = (status: number, message: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  json: { message, documentation_url: 'https://docs.github.com/rest' },
});
const NOT_FOUND = refused(404, 'Not Found');
const BAD_CREDENTIALS = refused(401, 'Bad credentials');

/** GitHub, as its documentation says it answers: the App's JWT, codes with PKCE, pages of what there is. */
export class FakeGitHub {
  readonly app = {
    id: 4711,
    slug: 'latchkey-test',
    client_id: 'Iv23liTEST',
    client_secret: 'client-secret-marked',
    webhook_secret: 'webhook-secret-marked',
    pem: pair.privateKey,
  };
  server: Counterpart;
  readonly installations = new Map<number, FakeInstallation>();
  readonly people = new Map<string, Person>();
  repositories: FakeRepository[] = [];
  hook: Record<string, string> | null = null;
  deliveries: Record<string, unknown>[] = [];
  /** Answers before anything else does. */
  intercept: (route: string, request: Received) => Answer | Promise<Answer> | undefined = () => undefined;
  /** What is told of an App that a code stands for. */
  conversions = new Map<string, object>();
  private readonly codes = new Map<string, { person: string; challenge: string; redirect: string }>();
  private readonly userTokens = new Map<string, string>();
  private readonly tokens = new Set<string>();

  private constructor(
    private readonly now: () => number,
    private readonly prefix: string,
    readonly web: string,
  ) {}

  /** @param prefix '' on github.com, '/api/v3' on GitHub Enterprise Server */
  static async start(
    now: () => number = Date.now,
    prefix = '',
    web = 'https://github.com',
  ): Promise<FakeGitHub> {
    const github = new FakeGitHub(now, prefix, web);
    github.server = await Counterpart.start();
    github.server.answers({ '*': (request) => github.answer(request) });
    return github;
  }

  install(id: number, login = 'octo-org', type = 'Organization'): FakeInstallation {
    const installation = {
      id,
      account: { id: id * 10, login, type },
      app_id: this.app.id,
      repository_selection: 'all',
      permissions: { metadata: 'read', contents: 'read' },
      html_url: `${this.web}/organizations/${login}/settings/installations/${id}`,
      suspended_at: null,
      suspended_by: null,
    };
    this.installations.set(id, installation);
    return installation;
  }

  /** The person agrees at this address, where our page sent them. @returns where GitHub sends them back to */
  authorize(address: string, person: string): string {
    const { origin, pathname, searchParams } = new URL(address);
    if (origin !== this.web || pathname !== '/login/oauth/authorize')
      throw new Error(`not GitHub: ${address}`);
    if (searchParams.get('client_id') !== this.app.client_id) throw new Error('another client');
    const code = randomUUID();
    const redirect = searchParams.get('redirect_uri')!;
    this.codes.set(code, { person, challenge: searchParams.get('code_challenge')!, redirect });
    const back = new URL(redirect);
    back.search = new URLSearchParams({ code, state: searchParams.get('state')! }).toString();
    return back.toString();
  }

  /** A delivery as GitHub sends it. */
  delivery(event: string, payload: object, secret = this.app.webhook_secret) {
    const body = JSON.stringify(payload);
    return {
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
    };
  }

  requests(method: string, path: string | RegExp): Received[] {
    const fits = (given: string) =>
      typeof path === 'string' ? given.split('?')[0] === path : path.test(given);
    return this.server.requests.filter((each) => each.method === method && fits(each.path));
  }

  private async answer(request: Received): Promise<Answer> {
    const url = new URL(request.path, 'https://github.test');
    const bare = url.pathname.startsWith(this.prefix) ? url.pathname.slice(this.prefix.length) : url.pathname;
    const route = `${request.method} ${bare}`;
    return (await this.intercept(route, request)) ?? this.route(route, url, request);
  }

  private route(route: string, url: URL, request: Received): Answer {
    const [, installation = ''] = /^\w+ \/app\/installations\/(\d+)/.exec(route) ?? [];
    if (route === 'POST /login/oauth/access_token') return this.exchange(new URLSearchParams(request.body));
    if (route.startsWith('POST /app-manifests/')) return this.convert(route.split('/')[2]!);
    if (/^\w+ \/app(\/|$)/.test(route)) {
      if (!this.isApp(request)) return refused(401, 'A JSON web token could not be decoded');
      if (route === 'GET /app')
        return {
          json: { id: this.app.id, slug: this.app.slug, html_url: `${this.web}/apps/${this.app.slug}` },
        };
      if (route.startsWith('GET /app/installations/')) {
        const found = this.installations.get(Number(installation));
        return found ? { json: found } : NOT_FOUND;
      }
      if (route.startsWith('POST /app/installations/')) return this.mint(Number(installation));
      return this.hooks(route, url, request);
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
    if (route === `DELETE /applications/${this.app.client_id}/token`) return this.revoke(request);
    const person = this.people.get(this.userTokens.get(token) ?? '');
    if (person) return this.forPerson(person, route, url);
    if (!this.tokens.has(token)) return BAD_CREDENTIALS;
    if (route === 'GET /installation/repositories') return this.page(url, 'repositories', this.repositories);
    if (route === 'GET /user/repos') return this.page(url, null, this.repositories);
    const [, id = ''] = /^GET \/repositories\/(\d+)$/.exec(route) ?? [];
    const found = this.repositories.find((each) => each.id === Number(id));
    return found ? { json: found } : NOT_FOUND;
  }

  private forPerson(person: Person, route: string, url: URL): Answer {
    if (route === 'GET /user') return { json: { id: person.id, login: person.login } };
    if (route === 'GET /user/installations') {
      const listed = person.installations
        .map((id) => this.installations.get(id))
        .filter((each) => each !== undefined);
      return this.page(url, 'installations', listed);
    }
    const [, org = ''] = /^GET \/user\/memberships\/orgs\/(.+)$/.exec(route) ?? [];
    if (org) {
      return person.owns.includes(org)
        ? { json: { state: 'active', role: 'admin' } }
        : refused(403, 'Resource not accessible by integration');
    }
    if (/^GET \/user\/installations\/\d+\/repositories$/.test(route))
      return { json: { total_count: person.reaches ?? this.repositories.length, repositories: [] } };
    return NOT_FOUND;
  }

  private exchange(form: URLSearchParams): Answer {
    const known = this.codes.get(form.get('code') ?? '');
    this.codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isClient =
      form.get('client_id') === this.app.client_id && form.get('client_secret') === this.app.client_secret;
    // GitHub answers 200 for refusals.
    if (!known || !isClient || challenge !== known.challenge || form.get('redirect_uri') !== known.redirect)
      return { json: { error: 'bad_verification_code', error_description: 'The code passed is incorrect.' } };
    const token = `ghu_${randomUUID()}`;
    this.userTokens.set(token, known.person);
    return { json: { access_token: token, token_type: 'bearer', scope: '', expires_in: 28_800 } };
  }

  private convert(code: string): Answer {
    const made = this.conversions.get(code);
    this.conversions.delete(code);
    if (!made) return NOT_FOUND;
    const { app } = this;
    return {
      status: 201,
      json: {
        ...app,
        name: 'Latchkey Test',
        owner: { login: 'octo-org' },
        html_url: `${this.web}/apps/${app.slug}`,
        ...made,
      },
    };
  }

  private mint(id: number): Answer {
    const found = this.installations.get(id);
    if (!found) return NOT_FOUND;
    if (found.suspended_at) return refused(403, 'This installation has been suspended');
    const token = `ghs_${randomUUID()}`;
    this.tokens.add(token);
    return { status: 201, json: { token, expires_at: new Date(this.now() + 3_600_000).toISOString() } };
  }

  private revoke({ headers, body }: Received): Answer {
    const basic = Buffer.from(`${this.app.client_id}:${this.app.client_secret}`).toString('base64');
    if (headers.authorization !== `Basic ${basic}`) return BAD_CREDENTIALS;
    this.userTokens.delete((JSON.parse(body) as { access_token: string }).access_token);
    return { status: 204 };
  }

  private hooks(route: string, url: URL, { body }: Received): Answer {
    if (!this.hook) return NOT_FOUND;
    if (route === 'PATCH /app/hook/config') Object.assign(this.hook, JSON.parse(body));
    if (route.endsWith('/app/hook/config'))
      return { json: { ...this.hook, ...(this.hook.secret && { secret: '********' }) } };
    if (route === 'GET /app/hook/deliveries') return this.page(url, null, this.deliveries);
    return /^POST \/app\/hook\/deliveries\/\d+\/attempts$/.test(route)
      ? { status: 202, json: {} }
      : NOT_FOUND;
  }

  /** Pages by number, and the next one named by a Link header. */
  private page(url: URL, name: string | null, all: object[]): Answer {
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const page = Number(url.searchParams.get('page') ?? 1);
    const entries = all.slice((page - 1) * size, page * size);
    const next = new URL(url);
    next.searchParams.set('page', String(page + 1));
    const headers: Record<string, string> =
      page * size < all.length ? { link: `<${this.web}${next.pathname}${next.search}>; rel="next"` } : {};
    return { headers, json: name === null ? entries : { total_count: all.length, [name]: entries } };
  }

  private isApp({ headers }: Received): boolean {
    const seconds = Math.floor(this.now() / 1000);
    try {
      const token = headers.authorization!.replace('Bearer ', '');
      const options = {
        algorithms: ['RS256' as const],
        issuer: String(this.app.id),
        clockTimestamp: seconds,
      };
      const { iat, exp } = jwt.verify(token, pair.publicKey, options) as jwt.JwtPayload;
      return exp! - seconds <= 600 && iat! <= seconds;
    } catch {
      return false;
    }
  }
}
