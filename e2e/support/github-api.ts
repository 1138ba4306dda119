import { createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';

interface Repository {
  id: number;
  full_name: string;
  default_branch: string;
  visibility: 'public' | 'private';
  archived: boolean;
}

interface PlayedApp {
  id: number;
  slug: string;
  name: string;
  owner: string;
  clientId: string;
  clientSecret: string;
  webhookSecret: string;
  privateKey: string;
  publicKey: string;
  manifest: Manifest;
}

export interface Manifest {
  name?: string;
  redirect_url: string;
  setup_url: string;
  callback_urls: string[];
  hook_attributes?: { url: string; active?: boolean };
}

interface Answer {
  status?: number;
  body?: unknown;
}

export const INSTALLATION = 4711;
export const ACCOUNT = { id: 9919, login: 'acme', type: 'Organization' };

/** GitHub's API for one account (`acme`) and the App that is created in it. Apps sign their calls, tokens are known, or refused. */
export class GithubApi {
  app: PlayedApp | undefined;
  /** Whether the installation is suspended. */
  suspended = false;
  /** Whether the person who is asked sees the installation. */
  sees = true;
  repositories: Repository[] = [
    { id: 101, full_name: 'acme/billing', default_branch: 'main', visibility: 'private', archived: false },
    { id: 102, full_name: 'acme/website', default_branch: 'main', visibility: 'public', archived: false },
    { id: 103, full_name: 'acme/intranet', default_branch: 'master', visibility: 'private', archived: true },
  ];
  private readonly codes = new Map<string, string>();
  private readonly tokens = new Set<string>();

  /** A repository as the API and the webhooks tell of it. */
  told({ id, full_name, default_branch, visibility, archived }: Repository) {
    return {
      id,
      name: full_name.split('/')[1],
      full_name,
      default_branch,
      visibility,
      private: visibility === 'private',
      archived,
      html_url: `https://github.com/${full_name}`,
      owner: ACCOUNT,
    };
  }

  installation() {
    return {
      id: INSTALLATION,
      app_id: this.required().id,
      app_slug: this.required().slug,
      account: ACCOUNT,
      target_type: 'Organization',
      repository_selection: 'selected',
      permissions: { metadata: 'read', contents: 'read' },
      html_url: `https://github.com/organizations/acme/settings/installations/${INSTALLATION}`,
      suspended_at: this.suspended ? '2026-01-01T00:00:00Z' : null,
      suspended_by: this.suspended ? { login: 'octo-owner' } : null,
    };
  }

  required(): PlayedApp {
    if (!this.app) throw new Error('No App was created yet.');
    return this.app;
  }

  code(meaning: string): string {
    const code = randomBytes(10).toString('hex');
    this.codes.set(code, meaning);
    return code;
  }

  /** What a code was given for; each counts once. */
  private redeem(code: string | null): string | undefined {
    const meaning = this.codes.get(code ?? '');
    this.codes.delete(code ?? '');
    return meaning;
  }

  register(manifest: Manifest, owner: string): void {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const name = manifest.name ?? 'Latchkey';
    this.app = {
      id: 123_456,
      slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
      name,
      owner,
      clientId: 'Iv23liPLAYED',
      clientSecret: randomBytes(20).toString('hex'),
      webhookSecret: randomBytes(20).toString('hex'),
      privateKey,
      publicKey,
      manifest,
    };
  }

  answer(route: string, url: URL, body: string, authorization: string): Answer {
    const conversion = /^POST \/app-manifests\/([^/]+)\/conversions$/.exec(route);
    if (conversion) return this.convert(conversion[1] ?? '');
    if (route === 'POST /login/oauth/access_token') return this.exchange(body);
    if (route.startsWith('GET /user')) return this.answerPerson(route, authorization);
    const one = /^GET \/repositories\/(\d+)$/.exec(route);
    if (one) return this.showRepository(Number(one[1]), authorization);
    if (route === 'GET /installation/repositories') return this.listRepositories(url, authorization);
    if (/^[A-Z]+ \/applications\//.test(route)) return { status: 204 };
    return this.isSigned(authorization) ? this.answerApp(route, body) : refused(401, 'Bad credentials');
  }

  private convert(code: string): Answer {
    if (this.redeem(code) !== 'manifest') return refused(404, 'Not Found');
    const { id, slug, name, owner, clientId, clientSecret, webhookSecret, privateKey } = this.required();
    return {
      status: 201,
      body: {
        id,
        slug,
        name,
        owner: { login: owner },
        client_id: clientId,
        client_secret: clientSecret,
        webhook_secret: webhookSecret,
        pem: privateKey,
        html_url: `https://github.com/apps/${slug}`,
      },
    };
  }

  /** A token of the person at the browser, for the proof that an installation is theirs. */
  private exchange(body: string): Answer {
    const given = body.startsWith('{')
      ? new URLSearchParams(JSON.parse(body) as Record<string, string>)
      : new URLSearchParams(body);
    if (given.get('client_secret') !== this.required().clientSecret) {
      return { body: { error: 'incorrect_client_credentials' } };
    }
    if (this.redeem(given.get('code')) !== 'user') return { body: { error: 'bad_verification_code' } };
    return { body: { access_token: this.token('ghu'), token_type: 'bearer', scope: '' } };
  }

  private token(kind: 'ghu' | 'ghs'): string {
    const token = `${kind}_${randomBytes(18).toString('hex')}`;
    this.tokens.add(token);
    return token;
  }

  private holds(authorization: string, kind: string): boolean {
    const token = authorization.replace(/^(Bearer|token) /i, '');
    return token.startsWith(`${kind}_`) && this.tokens.has(token);
  }

  private answerPerson(route: string, authorization: string): Answer {
    if (!this.holds(authorization, 'ghu')) return refused(401, 'Bad credentials');
    if (route === 'GET /user') return { body: { id: 1, login: 'octo-person', name: 'Octo Person' } };
    const installations = this.sees ? [this.installation()] : [];
    if (route === 'GET /user/installations') {
      return { body: { total_count: installations.length, installations } };
    }
    if (route === `GET /user/installations/${INSTALLATION}/repositories` && this.sees) {
      return {
        body: {
          total_count: this.repositories.length,
          repositories: this.repositories.map((each) => this.told(each)),
        },
      };
    }
    if (route.startsWith('GET /user/memberships/orgs/')) {
      return this.sees
        ? { body: { state: 'active', role: 'admin', organization: ACCOUNT } }
        : refused(404, 'Not Found');
    }
    return refused(404, 'Not Found');
  }

  private showRepository(id: number, authorization: string): Answer {
    if (!this.holds(authorization, 'ghs')) return refused(401, 'Bad credentials');
    const found = this.repositories.find((each) => each.id === id);
    return found ? { body: this.told(found) } : refused(404, 'Not Found');
  }

  private listRepositories(url: URL, authorization: string): Answer {
    if (!this.holds(authorization, 'ghs')) return refused(401, 'Bad credentials');
    if (this.suspended) return refused(403, 'This installation has been suspended');
    const size = Number(url.searchParams.get('per_page') ?? 30);
    const at = (Number(url.searchParams.get('page') ?? 1) - 1) * size;
    const shown = this.repositories.slice(at, at + size);
    return {
      body: { total_count: this.repositories.length, repositories: shown.map((each) => this.told(each)) },
    };
  }

  /** https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app */
  private isSigned(authorization: string): boolean {
    const [head = '', payload = '', signature = ''] = authorization.replace(/^Bearer /i, '').split('.');
    if (!this.app || !signature) return false;
    const { iss } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { iss: string | number };
    return (
      String(iss) === String(this.app.id) &&
      createVerify('RSA-SHA256')
        .update(`${head}.${payload}`)
        .verify(this.app.publicKey, signature, 'base64url')
    );
  }

  private answerApp(route: string, body: string): Answer {
    const { id, slug, name, manifest } = this.required();
    switch (route) {
      case 'GET /app':
        return {
          body: { id, slug, name, owner: { login: 'acme' }, html_url: `https://github.com/apps/${slug}` },
        };
      case 'GET /app/installations':
        return { body: [this.installation()] };
      case `GET /app/installations/${INSTALLATION}`:
        return { body: this.installation() };
      case `DELETE /app/installations/${INSTALLATION}`:
        return { status: 204 };
      case `POST /app/installations/${INSTALLATION}/access_tokens`:
        if (this.suspended) return refused(403, 'This installation has been suspended');
        return {
          status: 201,
          body: {
            token: this.token('ghs'),
            expires_at: new Date(Date.now() + 3_600_000).toISOString(),
            permissions: { metadata: 'read' },
          },
        };
      case 'PATCH /app/hook/config':
        manifest.hook_attributes = { url: (JSON.parse(body) as { url: string }).url };
        return {
          body: {
            url: manifest.hook_attributes.url,
            content_type: 'json',
            insecure_ssl: '0',
            secret: '********',
          },
        };
      case 'GET /app/hook/config':
        return {
          body: {
            url: manifest.hook_attributes?.url ?? '',
            content_type: 'json',
            insecure_ssl: '0',
            secret: '********',
          },
        };
      case 'GET /app/hook/deliveries':
        return { body: [] };
      default:
        return refused(404, 'Not Found');
    }
  }
}

const refused = (status: number, message: string): Answer => ({ status, body: { message } });
