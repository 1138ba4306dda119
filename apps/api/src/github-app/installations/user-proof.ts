import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { Clock } from '../../common/clock.js';
import { EgressClient } from '../../egress/egress.client.js';
import { CredentialUnusableError } from '../../tokens/credential-unusable.error.js';
import { idOf, type Installation, installationOf } from '../github-answers.js';
import { auditedApp, type GitHubApp } from '../github-app.js';
import { type GitHub, GitHubClients } from '../github-clients.js';
import { badAnswer, explainGitHub, statusOf } from '../github-failure.js';

const LISTING = 'did not list your installations';
const COUNTING = 'did not count the repositories of the installation';
const LONGEST_ANSWER = 64 * 1024;
/** Answers of a server that does not know an address. */
const LACKING = [404, 405, 410, 501];

export interface Authorization {
  code: string;
  redirectUri: string;
  codeVerifier: string;
}

type Answer = Record<string, unknown>;

const objectOf = (value: unknown): Answer =>
  typeof value === 'object' && value !== null ? (value as Answer) : {};

/**
 * Whether an installation is a person's to connect, asked of GitHub with a token of that person. The number in the
 * setup URL proves nothing. The token is used for this alone, revoked, and stored nowhere.
 *
 * https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/about-the-setup-url
 */
@Injectable()
export class UserProof {
  constructor(
    private readonly egress: EgressClient,
    private readonly clients: GitHubClients,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError FORBIDDEN when it is not theirs; OAUTH_EXCHANGE_FAILED, OAUTH_PROVIDER_ERROR */
  async prove(
    actor: Actor,
    app: GitHubApp,
    installationId: string,
    authorization: Authorization,
  ): Promise<Installation> {
    const client = clientOf(app);
    const token = await this.exchange(app, client, authorization);
    try {
      const person = this.clients.withToken(app.apiUrl, token);
      const installation = await this.find(person, app, installationId);
      if (!installation) throw notListed();
      await this.requireWhole(person, app, installation);
      return installation;
    } catch (error) {
      if (error instanceof AppError) await this.refused(actor, app, installationId);
      if (!(error instanceof CredentialUnusableError)) throw error;
      throw new AppError('OAUTH_PROVIDER_ERROR', `${error.reason}. ${error.hint}`, { cause: error });
    } finally {
      await this.revoke(app, client, token);
    }
  }

  /** GitHub says that it is not theirs. */
  private refused(actor: Actor, { ref }: GitHubApp, installationId: string): Promise<void> {
    return this.audit.recordAlone(actor.organizationId, {
      actor,
      action: 'github_app.claim_refused',
      ...auditedApp(ref),
      outcome: 'blocked',
      metadata: { installation_id: installationId },
    });
  }

  private async exchange(
    { webUrl }: GitHubApp,
    { id, secret }: Client,
    { code, redirectUri, codeVerifier }: Authorization,
  ): Promise<string> {
    const body = new URLSearchParams({
      client_id: id,
      client_secret: secret,
      code,
      redirect_uri: redirectUri,
      code_verifier: codeVerifier,
    });
    const failed = (cause?: unknown) =>
      new AppError(
        'OAUTH_EXCHANGE_FAILED',
        'GitHub did not exchange the code for a token. Check the client secret of the App, then start again.',
        { cause },
      );
    try {
      const answer = await this.egress.request({
        method: 'POST',
        url: `${webUrl}/login/oauth/access_token`,
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: body.toString(),
        maxRedirects: 0,
        maxResponseBytes: LONGEST_ANSWER,
      });
      const token = answer.status === 200 ? tokenIn(answer.body.toString('utf8')) : undefined;
      if (token === undefined) throw failed();
      return token;
    } catch (error) {
      if (error instanceof AppError) throw error;
      throw failed(error);
    }
  }

  /** GitHub lists the installations of this App alone; that is not left to it. */
  private async find(person: GitHub, app: GitHubApp, id: string): Promise<Installation | undefined> {
    for await (const { entries } of person.pages('GET /user/installations', LISTING)) {
      for (const entry of entries) {
        const installation = installationOf(entry);
        if (installation?.id === id && installation.appId === app.appId) return installation;
      }
    }
    return undefined;
  }

  /**
   * GitHub lists an installation to everybody who can read one of its repositories, and its tokens reach them all. So it
   * is the owner's to connect, or that of somebody who reaches as much.
   */
  private async requireWhole(person: GitHub, app: GitHubApp, installation: Installation): Promise<void> {
    const isOwner = await this.isOwner(person, installation);
    if (isOwner) return;
    const { login } = installation;
    if (installation.suspendedAt) {
      throw new AppError(
        'FORBIDDEN',
        `The installation is suspended, so GitHub does not say how much of it you reach. Ask an owner of ${login} to connect it.`,
      );
    }
    const theirs = await this.reachedBy(person, installation);
    if (theirs === undefined) {
      // An old server does not say; and who has just lost their access is answered the same.
      if (isOwner === undefined && (await this.find(person, app, installation.id))) return;
      throw notListed();
    }
    const all = await this.reached(app, installation);
    if (theirs >= all) return;
    throw new AppError(
      'FORBIDDEN',
      `On GitHub you reach ${theirs} of the ${all} repositories of this installation, and connecting it would let you reach them all. Ask an owner of ${login} to connect it.`,
    );
  }

  /** @returns undefined where GitHub does not say. */
  private async isOwner(
    person: GitHub,
    { accountType, accountId, login }: Installation,
  ): Promise<boolean | undefined> {
    if (accountType === 'User') {
      const id = idOf(objectOf(await this.optional(() => person.request('GET /user'))).id);
      return id === null ? undefined : id === accountId;
    }
    const asked = () => person.request('GET /user/memberships/orgs/{org}', { org: login });
    // What the App's permissions do not let it see is refused.
    const { role, state } = objectOf(await this.optional(asked, [...LACKING, 403]));
    return role === undefined ? undefined : role === 'admin' && state === 'active';
  }

  /** @returns undefined where this GitHub does not have the listing. */
  private async reachedBy(person: GitHub, { id }: Installation): Promise<number | undefined> {
    const route = 'GET /user/installations/{installation_id}/repositories';
    const answer = await this.optional(() => person.request(route, { installation_id: id, per_page: 1 }));
    return answer === undefined ? undefined : countIn(answer);
  }

  private async reached(app: GitHubApp, { id }: Installation): Promise<number> {
    const route = 'POST /app/installations/{installation_id}/access_tokens';
    const { token } = objectOf(await this.clients.asApp(app).ask(route, COUNTING, { installation_id: id }));
    if (typeof token !== 'string') throw badAnswer(COUNTING);
    const installed = this.clients.withToken(app.apiUrl, token);
    return countIn(await installed.ask('GET /installation/repositories', COUNTING, { per_page: 1 }));
  }

  /** undefined where this GitHub does not have it. A limit is no such answer: who reaches one proves nothing by it. */
  private async optional(ask: () => Promise<unknown>, lacking = LACKING): Promise<unknown> {
    try {
      return await ask();
    } catch (error) {
      const explained = explainGitHub(error, LISTING, this.clock.now());
      const limited = explained instanceof CredentialUnusableError && explained.kind === 'rate_limited';
      if (!limited && lacking.includes(statusOf(error) ?? 0)) return undefined;
      throw explained;
    }
  }

  /** Best effort: it ends by itself within hours. */
  private async revoke({ apiUrl }: GitHubApp, { id, secret }: Client, token: string): Promise<void> {
    try {
      await this.clients
        .asClient(apiUrl, id, secret)
        .request('DELETE /applications/{client_id}/token', { client_id: id, access_token: token });
    } catch {
      // Nothing is kept of it here either way.
    }
  }
}

interface Client {
  id: string;
  secret: string;
}

/** The App as an OAuth client. @throws AppError CONFLICT when we were not given that half of it */
export function clientOf({ clientId, secrets }: GitHubApp): Client {
  if (clientId !== null && secrets.clientSecret !== null)
    return { id: clientId, secret: secrets.clientSecret };
  throw new AppError(
    'CONFLICT',
    'Latchkey does not have the client ID and the client secret of this App, and needs them to see whose an installation is. Whoever runs Latchkey sets GITHUB_APP_CLIENT_ID and GITHUB_APP_CLIENT_SECRET.',
  );
}

const notListed = (): AppError =>
  new AppError(
    'FORBIDDEN',
    'GitHub does not show you as somebody who may connect this installation. Ask an owner of the account it is on to connect it.',
  );

/** @throws CredentialUnusableError */
function countIn(answer: unknown): number {
  const { total_count: count } = objectOf(answer);
  if (typeof count === 'number') return count;
  throw badAnswer(COUNTING);
}

/** GitHub answers 200 for refusals too, with an error in place of the token. */
function tokenIn(text: string): string | undefined {
  const read = (): unknown => {
    try {
      return objectOf(JSON.parse(text)).access_token;
    } catch {
      return new URLSearchParams(text).get('access_token');
    }
  };
  const token = read();
  return typeof token === 'string' && /^[\x21-\x7e]{1,4096}$/.test(token) ? token : undefined;
}
