import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Environment } from '../../config/environment.js';
import { ConnectedAccounts } from '../../inbound/connected-accounts.js';
import { AppCreation } from '../apps/app-creation.js';
import { DeliverySyncs } from './delivery-syncs.js';
import { type HookDelivery, hookDeliveryOf } from '../github-answers.js';
import { type GitHubApp, isInstallationApp, webhookUrl } from '../github-app.js';
import { type GitHub, GitHubClients } from '../github-clients.js';
import { explainGitHub, isGitHubAnswer, saysUnknownApp, statusOf } from '../github-failure.js';
import type { HookState } from './hook-state.js';
import { canReachUs } from '../apps/reachability.js';

/** How far back failed deliveries are asked for again. */
const WINDOW_MS = 3_600_000;
const MOST_PAGES = 3;
const MOST_REDELIVERIES = 20;
const REMEMBERED = 200;
const WEBHOOK = 'did not show the webhook';

export interface HookFinding {
  /** The address that GitHub has; null: there is no webhook. */
  url: string | null;
  /** What is still wrong, and what to do. */
  problem: string | null;
  /** What was done about it. */
  mended: string | null;
  redelivered: string[];
}

interface HookConfig {
  url: string;
  isJson: boolean;
  checksCertificate: boolean;
  hasSecret: boolean;
}

/** Compares the webhook that GitHub has with ours, and mends what differs. */
@Injectable()
export class HookRepair {
  constructor(
    private readonly clients: GitHubClients,
    private readonly creation: AppCreation,
    private readonly accounts: ConnectedAccounts,
    private readonly syncs: DeliverySyncs,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  /**
   * @param mayMend false: it was mended so often that something else must be wrong
   * @throws CredentialUnusableError when GitHub could not be asked; UnsealError
   */
  async look(app: GitHubApp, before: HookState, mayMend: boolean): Promise<HookFinding> {
    const { publicUrl, egressHostMap } = this.environment;
    const redelivered = before.redelivered ?? [];
    if (!canReachUs(app.webUrl, publicUrl, egressHostMap)) {
      const problem = `GitHub cannot reach ${publicUrl.origin}, so it tells Latchkey nothing. Repositories are read once a day and when you ask.`;
      return { url: null, problem, mended: null, redelivered };
    }
    const github = this.clients.asApp(app);
    const config = await this.configOf(github);
    if (!config) {
      const problem = `The App has no webhook. In its settings on GitHub, make one active with the address ${this.addressOf(app)}.`;
      return { url: null, problem, mended: null, redelivered };
    }
    const failed = await this.failedDeliveries(github);
    const fresh = failed.filter(({ guid }) => !redelivered.includes(guid));
    const wrong = this.wrongWith(app, config, fresh);
    if (wrong.length > 0 && !mayMend) {
      const problem = `${wrong.join(' and ')}; it was set again several times today. Look who else changes the App’s webhook on GitHub.`;
      return { url: config.url, problem, mended: null, redelivered };
    }
    if (wrong.length > 0) {
      const problem = await this.set(app, github);
      if (problem !== null)
        return { url: config.url, problem: `${wrong.join(' and ')}. ${problem}`, mended: null, redelivered };
    }
    const missed = mayMend ? await this.redeliver(app, github, fresh) : [];
    const done = [
      ...(wrong.length > 0 ? [`${wrong.join(' and ')}: it was set again`] : []),
      ...(missed.length > 0 ? [`${missed.length} missed deliveries were asked for again`] : []),
    ];
    const stuck = failed.length - fresh.length;
    return {
      url: this.addressOf(app),
      problem:
        stuck > 0
          ? `${stuck} deliveries failed again. Look at Advanced in the App’s settings on GitHub for the reason.`
          : null,
      mended: done.length > 0 ? done.join('; ') : null,
      redelivered: [...redelivered, ...missed].slice(-REMEMBERED),
    };
  }

  private addressOf({ organizationId, ref }: GitHubApp): string {
    return webhookUrl(this.environment.publicUrl, organizationId, ref);
  }

  private async configOf(github: GitHub): Promise<HookConfig | null> {
    try {
      const answer = (await github.request('GET /app/hook/config')) as Record<string, unknown>;
      const { url, content_type: type, insecure_ssl: insecure, secret } = answer;
      return {
        url: typeof url === 'string' ? url : '',
        isJson: type === 'json',
        // A text or a number: https://docs.github.com/en/rest/apps/webhooks
        checksCertificate: insecure !== '1' && insecure !== 1,
        hasSecret: typeof secret === 'string' && secret !== '',
      };
    } catch (error) {
      if (statusOf(error) === 404 && isGitHubAnswer(error) && !saysUnknownApp(error)) return null;
      throw explainGitHub(error, WEBHOOK, this.clock.now());
    }
  }

  private wrongWith(app: GitHubApp, config: HookConfig, failed: HookDelivery[]): string[] {
    const secretLost = app.secrets.webhookSecret === null || !config.hasSecret;
    return [
      ...(config.url === '' ? ['The webhook had no address'] : []),
      ...(config.url !== '' && config.url !== this.addressOf(app)
        ? ['The webhook went to another address']
        : []),
      ...(config.isJson ? [] : ['The webhook was not sent as JSON']),
      ...(config.checksCertificate ? [] : ['The webhook was sent without looking at our certificate']),
      // We answer 401 to what was signed with another secret.
      ...(secretLost || failed.some(({ statusCode }) => statusCode === 401)
        ? ['The secret of the webhook was lost']
        : []),
    ];
  }

  /** @returns what keeps it from being set; null when it is */
  private async set(app: GitHubApp, github: GitHub): Promise<string | null> {
    const secret = app.secrets.webhookSecret ?? (await this.newSecret(app));
    if (secret === null) return 'Whoever runs Latchkey has to set GITHUB_APP_WEBHOOK_SECRET first.';
    const settings = { url: this.addressOf(app), content_type: 'json', insecure_ssl: '0', secret };
    // As the body: Octokit takes a parameter called url for the address of the call.
    await github.ask('PATCH /app/hook/config', 'did not set the webhook', { data: settings });
    return null;
  }

  /** Kept before GitHub knows it, so that what it signs can be checked. */
  private async newSecret(app: GitHubApp): Promise<string | null> {
    if (isInstallationApp(app)) return null;
    const secret = randomBytes(32).toString('hex');
    const kept = await this.creation.keepWebhookSecret(app.organizationId, app.ref, app.secrets, secret);
    return kept ? secret : null;
  }

  /** Of the last hour, those that no later attempt got through. */
  private async failedDeliveries(github: GitHub): Promise<HookDelivery[]> {
    const since = this.clock.now() - WINDOW_MS;
    const recent: HookDelivery[] = [];
    let pages = 0;
    for await (const { entries } of github.pages('GET /app/hook/deliveries', 'did not list the deliveries')) {
      const read = entries.map(hookDeliveryOf).filter((delivery) => delivery !== null);
      recent.push(...read.filter(({ deliveredAt }) => deliveredAt.getTime() >= since));
      pages += 1;
      if (pages >= MOST_PAGES || read.some(({ deliveredAt }) => deliveredAt.getTime() < since)) break;
    }
    const arrived = new Set(recent.filter(({ statusCode }) => isGood(statusCode)).map(({ guid }) => guid));
    const failed = recent.filter(({ guid }) => !arrived.has(guid));
    // Newest first: of several attempts, the last one tells.
    return [...new Map(failed.toReversed().map((delivery) => [delivery.guid, delivery])).values()];
  }

  /** @returns those that were asked for; each is once */
  private async redeliver(app: GitHubApp, github: GitHub, failed: HookDelivery[]): Promise<string[]> {
    const missed = failed.slice(0, MOST_REDELIVERIES);
    for (const { id, statusCode, installationId } of missed) {
      // Too large to be taken; what it tells of is read from GitHub all the same.
      if (statusCode === 413) await this.readAnew(app, installationId);
      else
        await github.ask(
          'POST /app/hook/deliveries/{delivery_id}/attempts',
          'did not send a delivery again',
          {
            delivery_id: id,
          },
        );
    }
    return missed.map(({ guid }) => guid);
  }

  private async readAnew({ ref: appKey }: GitHubApp, externalId: string | null): Promise<void> {
    if (externalId === null) return;
    for (const { organizationId, integrationId } of await this.accounts.addressees({
      provider: 'github',
      appKey,
      externalId,
    }))
      await this.syncs.request(organizationId, { integrationId });
  }
}

const isGood = (status: number): boolean => status >= 200 && status < 300;
