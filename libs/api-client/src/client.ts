import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './schema.js';

export type Schemas = components['schemas'];
export type ApiClient = Client<paths>;

/** A typed client of Latchkey's API; `schema.d.ts` is generated from `openapi.json`. */
export function createApiClient(options: {
  baseUrl: string;
  fetch?: (request: Request) => Promise<Response>;
}): ApiClient {
  return createClient<paths>(options);
}
