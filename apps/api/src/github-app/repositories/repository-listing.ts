import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error.js';
import { type LiveConnection, LiveConnections } from '../../integrations/credentials/live-connections.js';
import { CredentialUnusableError, UsableCredentials } from '../../tokens/usable-credentials.js';
import { idOf, type ListedRepository, repositoryOf } from '../github-answers.js';
import { type GitHub, GitHubClients } from '../github-clients.js';
import { badAnswer, explainGitHub, statusOf } from '../github-failure.js';

const GITHUB_ONLY = new Set(['github']);
/** A hundred thousand repositories. */
const MOST_PAGES = 1000;
const LISTING = 'did not list the repositories';

export interface RepositoryPage {
  repositories: ListedRepository[];
  total: number | null;
  /** Entries that could not be read, so that nobody takes them for gone. */
  unreadable: number;
}

/** What an integration reaches on GitHub at this moment. */
@Injectable()
export class RepositoryListing {
  constructor(
    private readonly connections: LiveConnections,
    private readonly credentials: UsableCredentials,
    private readonly clients: GitHubClients,
  ) {}

  /**
   * All pages, in their order. A token that is refused is renewed once, and the listing begins anew: who counts on what
   * came before is told by `restart`.
   * @throws AppError NOT_FOUND when it is gone or not of GitHub, CONFLICT, REAUTHORIZATION_REQUIRED;
   *   CredentialUnusableError
   */
  async *pages(
    organizationId: string,
    integrationId: string,
    restart: () => void,
  ): AsyncGenerator<RepositoryPage> {
    const connection = await this.open(organizationId, integrationId);
    const usable = await this.credentials.get(connection);
    try {
      yield* this.listing(connection, String(usable.fields.access_token));
    } catch (error) {
      if (!isRefused(error) || !usable.renewable) throw error;
      const renewed = await this.credentials.renew(connection, usable);
      if (renewed === usable) throw error;
      restart();
      yield* this.listing(connection, String(renewed.fields.access_token));
    }
  }

  /** One of them. @returns null when it is not reached. @throws like `pages` */
  async one(
    organizationId: string,
    integrationId: string,
    githubId: string,
  ): Promise<ListedRepository | null> {
    const connection = await this.open(organizationId, integrationId);
    const { fields } = await this.credentials.get(connection);
    const github = this.client(connection, String(fields.access_token));
    try {
      const found = repositoryOf(await github.request('GET /repositories/{id}', { id: githubId }));
      if (!found) throw badAnswer('did not show a repository');
      return found;
    } catch (error) {
      if (statusOf(error) === 404) return null;
      throw explainGitHub(error, 'did not show a repository', Date.now());
    }
  }

  private async open(organizationId: string, integrationId: string): Promise<LiveConnection> {
    return this.connections.require(
      { organizationId, integrationIds: null, integrationTypeIds: GITHUB_ONLY },
      integrationId,
    );
  }

  private client({ config }: LiveConnection, token: string): GitHub {
    return this.clients.withToken(String(config.api_base_url).replace(/\/+$/, ''), token);
  }

  private async *listing(connection: LiveConnection, token: string): AsyncGenerator<RepositoryPage> {
    const github = this.client(connection, token);
    const route =
      connection.way.credential_type === 'github_app' ? 'GET /installation/repositories' : 'GET /user/repos';
    let pages = 0;
    for await (const { entries, total } of github.pages(route, LISTING, {
      sort: 'created',
      direction: 'asc',
    })) {
      pages += 1;
      if (pages > MOST_PAGES)
        throw new AppError('CONFLICT', 'This connection reaches more repositories than are read, 100,000.');
      const read = entries.map(repositoryOf);
      const repositories = read.filter((repository) => repository !== null);
      if (repositories.length === 0 && entries.length > 0 && !entries.some((entry) => idOf(entry)))
        throw badAnswer(LISTING);
      yield { repositories, total: total ?? null, unreadable: entries.length - repositories.length };
    }
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof CredentialUnusableError && error.kind === 'auth' && error.statusCode === 401;
