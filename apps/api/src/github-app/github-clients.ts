import { createPrivateKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Octokit } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { Clock } from '../common/clock.js';
import { EgressClient } from '../egress/egress.client.js';
import { egressFetch } from '../egress/egress-fetch.js';
import { appToken } from '../tokens/derivations/github-app.js';
import type { GitHubApp } from './github-app.js';
import { explainGitHub } from './github-failure.js';

const TIMEOUT_MS = 15_000;
/** A page of a hundred repositories is most of a megabyte. */
const MOST_BYTES = 8 * 1024 * 1024;
const VERSION = '2022-11-28';
const PAGE = 100;

const PagingOctokit = Octokit.plugin(paginateRest);
const nothing = (): void => undefined;
/** The library would write addresses to the console. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

type Parameters = Record<string, unknown>;

/** One page of a listing. */
export interface Page {
  entries: unknown[];
  /** As GitHub counts them, where it does. */
  total: number | undefined;
}

/** GitHub's API with one credential. What it throws is explained in our own words. */
export class GitHub {
  constructor(
    private readonly octokit: InstanceType<typeof PagingOctokit>,
    private readonly now: () => number,
  ) {}

  /** @param what was asked for, as it reads after “GitHub”. @throws CredentialUnusableError */
  async ask(route: string, what: string, parameters: Parameters = {}): Promise<unknown> {
    try {
      return (await this.octokit.request(route, parameters)).data as unknown;
    } catch (error) {
      throw explainGitHub(error, what, this.now());
    }
  }

  /** Like `ask`, for who tells refusals apart. @throws what Octokit throws */
  async request(route: string, parameters: Parameters = {}): Promise<unknown> {
    return (await this.octokit.request(route, parameters)).data as unknown;
  }

  /** All pages of a listing, one after the other. @throws CredentialUnusableError */
  async *pages(route: string, what: string, parameters: Parameters = {}): AsyncGenerator<Page> {
    try {
      for await (const { data } of this.octokit.paginate.iterator(route, { ...parameters, per_page: PAGE })) {
        const entries = Array.isArray(data) ? (data as unknown[]) : [];
        const { total_count: total } = data as { total_count?: unknown };
        yield { entries, total: typeof total === 'number' ? total : undefined };
      }
    } catch (error) {
      throw explainGitHub(error, what, this.now());
    }
  }
}

@Injectable()
export class GitHubClients {
  constructor(
    private readonly egress: EgressClient,
    private readonly clock: Clock,
  ) {}

  /** As the App itself. */
  asApp({ appId, apiUrl, secrets }: GitHubApp): GitHub {
    const key = createPrivateKey(secrets.privateKey);
    return this.client(apiUrl, () => `Bearer ${appToken(appId, key, this.clock.now())}`);
  }

  /** With the token of an installation or a person. */
  withToken(apiUrl: string, token: string): GitHub {
    return this.client(apiUrl, () => `Bearer ${token}`);
  }

  /** As an OAuth client, which names its tokens to GitHub (RFC 7617). */
  asClient(apiUrl: string, clientId: string, clientSecret: string): GitHub {
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    return this.client(apiUrl, () => `Basic ${basic}`);
  }

  /** Without a credential: the code that is sent is one. */
  anonymous(apiUrl: string): GitHub {
    return this.client(apiUrl, undefined);
  }

  private client(apiUrl: string, authorization: (() => string) | undefined): GitHub {
    const fetch = egressFetch(this.egress, {
      timeoutMs: TIMEOUT_MS,
      maxResponseBytes: MOST_BYTES,
      maxRedirects: 3,
    });
    const { origin } = new URL(apiUrl);
    const octokit = new PagingOctokit({
      baseUrl: apiUrl,
      userAgent: 'Latchkey',
      log: SILENT,
      request: {
        // The next page is named by the answer; the token goes to the place it is for, whatever that says.
        fetch: (url: string, init: object) => {
          const { pathname, search } = new URL(url);
          return fetch(`${origin}${pathname}${search}`, init);
        },
      },
    });
    octokit.hook.before('request', (options) => {
      options.headers['x-github-api-version'] = VERSION;
      if (authorization) options.headers.authorization = authorization();
    });
    return new GitHub(octokit, () => this.clock.now());
  }
}
