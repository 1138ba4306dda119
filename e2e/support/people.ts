import type { APIRequestContext, BrowserContext } from '@playwright/test';
import { type ApiClient, createApiClient, type Schemas } from '@latchkey/api-client';
import { TOKENS } from './counterpart';
import type { Product } from './product';

/** Someone with an account, and what they may do through the API. */
export interface Person {
  email: string;
  password: string;
  name: string;
  organization: string;
  api: ApiClient;
}

export type Integration = Schemas['IntegrationDto'];
export type NewIntegration = Schemas['CreateIntegrationDto'];

export const PASSWORD = 'seven green kettles whistle';

/** The session travels in a cookie, as the web app asks for. */
const COOKIE_MODE = { 'X-Session-Mode': 'cookie', 'X-Requested-With': 'latchkey' };

let people = 0;

/**
 * An account with an organisation of its own. With the `request` of a browser's context the person is signed in
 * on that browser, as after the sign-up page.
 */
export async function register(product: Product, request: APIRequestContext): Promise<Person> {
  people += 1;
  const person = {
    email: `person${people}@example.com`,
    password: PASSWORD,
    name: `Person ${people}`,
    organization: `Company ${people}`,
  };
  const { email, password, name, organization } = person;
  const answer = await request.post(`${product.url}/api/v1/auth/register`, {
    headers: COOKIE_MODE,
    data: { email, password, full_name: name, organization_name: organization },
  });
  if (!answer.ok()) throw new Error(`No account could be made: ${await answer.text()}`);
  const { data } = (await answer.json()) as { data: { tokens: { access_token: string } } };
  const api = createApiClient({
    baseUrl: product.url,
    fetch: (call) => {
      call.headers.set('Authorization', `Bearer ${data.tokens.access_token}`);
      return fetch(call);
    },
  });
  return { ...person, api };
}

/** Signs the person in on a browser, as the sign-in page does. */
export async function signIn(context: BrowserContext, product: Product, person: Person): Promise<void> {
  const { email, password } = person;
  const answer = await context.request.post(`${product.url}/api/v1/auth/login`, {
    headers: COOKIE_MODE,
    data: { email, password },
  });
  if (!answer.ok()) throw new Error(`Nobody could be signed in: ${await answer.text()}`);
}

/** From the next request on the person may look, and do nothing else. */
export async function becomeViewer(product: Product, person: Person): Promise<void> {
  await product.sql(
    `UPDATE organization_members SET role = 'viewer'
     WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
    [person.email],
  );
}

/** An Argo CD of the counterpart, at a place of its own. */
export const argocd = (name: string, place: string, token: string = TOKENS.argocd): NewIntegration => ({
  integration_type_id: 'argocd',
  name,
  config: { server_url: `https://argocd.example.com/${place}` },
  credentials: { credential_type: 'api_token', auth_token: token },
});

export const github = (name: string): NewIntegration => ({
  integration_type_id: 'github',
  name,
  config: {},
  credentials: { credential_type: 'api_token', access_token: TOKENS.github },
});

export const slack = (name: string): NewIntegration => ({
  integration_type_id: 'slack',
  name,
  config: {},
  credentials: { credential_type: 'api_token', bot_token: TOKENS.slack },
});

/** An integration that was tested before it was saved, or with `test: false` one that is tested later. */
export async function connect(person: Person, values: NewIntegration): Promise<Integration> {
  const { data, error } = await person.api.POST('/api/v1/integrations', { body: { test: true, ...values } });
  if (!data) throw new Error(`It could not be connected: ${JSON.stringify(error)}`);
  return data.data.integration;
}
