import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { appPageOf } from '../github-answers.js';
import type { GitHubApp } from '../github-app.js';
import { GitHubClients } from '../github-clients.js';

/** The page of an App on its GitHub, where it is installed from. */
@Injectable()
export class AppPages {
  private readonly known = new LRUCache<string, string>({ max: 100, ttl: 3_600_000 });

  constructor(private readonly clients: GitHubClients) {}

  /** GitHub says where it is; servers of a company have another path than github.com. */
  async of(app: GitHubApp): Promise<string> {
    if (app.htmlUrl !== null) return app.htmlUrl;
    const place = `${app.apiUrl} ${app.appId}`;
    const kept = this.known.get(place);
    if (kept !== undefined) return kept;
    const usual = `${app.webUrl}/apps/${app.slug}`;
    try {
      const page = appPageOf(
        await this.clients.asApp(app).ask('GET /app', 'did not show the App'),
        app.webUrl,
      );
      if (page !== null) this.known.set(place, page);
      return page ?? usual;
    } catch {
      // The person sees on GitHub whether it is there.
      return usual;
    }
  }
}
