import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { BrowserContext, Route } from '@playwright/test';
import { ACCOUNT, GithubApi, INSTALLATION, type Manifest } from './github-api';
import { freePort } from './ports';

const HOSTS = ['github.com', 'api.github.com'];

const page = (title: string, form: string): string =>
  `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${form}</html>`;

/** A form of one button that leads to an address, as GitHub's pages do. */
function buttonTo(address: string, label: string): string {
  const { origin, pathname, searchParams } = new URL(address);
  const hidden = [...searchParams].map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${value}">`,
  );
  return `<form method="get" action="${origin}${pathname}">${hidden.join('')}<button>${label}</button></form>`;
}

/** Adds parameters to an address that may have some. */
function withQuery(address: string, query: Record<string, string | null>): string {
  const url = new URL(address);
  for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value);
  return url.toString();
}

/** Plays GitHub: its pages in the browser, its API and its webhooks on the wire. */
export class Github {
  api = new GithubApi();
  private server: Server | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<Github> {
    const github = new Github(await freePort());
    github.server = createServer((request, response) => void github.serve(request, response));
    await new Promise<void>((done) => github.server?.listen(github.port, '127.0.0.1', done));
    return github;
  }

  /** What makes the product call it. */
  get hostMap(): string {
    return HOSTS.map((host) => `${host}=http://127.0.0.1:${this.port}`).join(',');
  }

  /** As if nothing had happened yet. */
  reset(): void {
    this.api = new GithubApi();
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.server?.close(done));
    this.server?.closeAllConnections();
    await closed;
  }

  /** Serves GitHub's pages to a browser. */
  async playIn(context: BrowserContext): Promise<void> {
    await context.route('https://github.com/**', (route) => this.showPage(route));
  }

  /** Where the owner of an account lands who installed the App from GitHub's own pages. */
  get setupAddress(): string {
    return withQuery(this.api.required().manifest.setup_url, {
      installation_id: String(INSTALLATION),
      setup_action: 'install',
    });
  }

  /** Sends a webhook as GitHub does; answers the status. */
  async deliver(event: string, payload: object): Promise<number> {
    const { manifest, webhookSecret, id } = this.api.required();
    const body = JSON.stringify({
      ...payload,
      installation: { id: INSTALLATION, app_id: id, account: ACCOUNT },
    });
    const signature = createHmac('sha256', webhookSecret).update(body).digest('hex');
    const { status } = await fetch(manifest.hook_attributes?.url ?? '', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/e2e',
        'x-github-event': event,
        'x-github-delivery': randomUUID(),
        'x-github-hook-installation-target-id': String(id),
        'x-github-hook-installation-target-type': 'integration',
        'x-hub-signature-256': `sha256=${signature}`,
      },
      body,
      signal: AbortSignal.timeout(10_000),
    });
    return status;
  }

  private async showPage(route: Route): Promise<void> {
    const request = route.request();
    const url = new URL(request.url());
    const show = (title: string, form: string) =>
      route.fulfill({ contentType: 'text/html', body: page(title, form) });
    if (request.method() === 'POST' && url.pathname.endsWith('/settings/apps/new')) {
      const manifest = JSON.parse(
        new URLSearchParams(request.postData() ?? '').get('manifest') ?? '',
      ) as Manifest;
      this.api.register(manifest, /^\/organizations\/([^/]+)\//.exec(url.pathname)?.[1] ?? 'octo-person');
      const back = withQuery(manifest.redirect_url, {
        code: this.api.code('manifest'),
        state: url.searchParams.get('state'),
      });
      return show('Create GitHub App', buttonTo(back, 'Create GitHub App for acme'));
    }
    if (url.pathname === `/apps/${this.api.app?.slug}/installations/new`) {
      const back = withQuery(this.setupAddress, { state: url.searchParams.get('state') });
      return show('Install the App', buttonTo(withQuery(back, { code: this.api.code('user') }), 'Install'));
    }
    if (url.pathname === '/login/oauth/authorize') {
      const { searchParams: asked } = url;
      const back = asked.get('redirect_uri') ?? this.api.required().manifest.callback_urls[0] ?? '';
      const answer = { code: this.api.code('user'), state: asked.get('state') };
      return show('Authorise the App', buttonTo(withQuery(back, answer), 'Authorize'));
    }
    return route.fulfill({ status: 404, contentType: 'text/html', body: page('Not found', '') });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', `https://${request.headers.host}`);
    const route = `${request.method} ${url.pathname}`;
    const body = Buffer.concat(chunks).toString();
    const { status = 200, body: told } = this.api.answer(
      route,
      url,
      body,
      request.headers.authorization ?? '',
    );
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(told === undefined ? '' : JSON.stringify(told));
  }
}
