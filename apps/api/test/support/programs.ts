import type { Account, TestApp } from './test-app.js';

export interface MadeToken {
  id: string;
  token: string;
}

/** A service token as an admin makes it; every scope by default. */
export async function makeToken(testApp: TestApp, account: Account, fields: object = {}): Promise<MadeToken> {
  const { body } = await testApp
    .as(account)
    .post('/service-tokens', {
      name: 'A program',
      scopes: ['integrations:read', 'credentials:read', 'proxy:call'],
      ...fields,
    })
    .expect(201);
  return { id: body.data.service_token.id, token: body.data.token };
}

/** A request as the program that holds the token. */
export const asProgram = (testApp: TestApp, { token }: Pick<MadeToken, 'token'>) =>
  testApp.as({ accessToken: token });

/** Reads a credential as a program does. */
export const readValue = (testApp: TestApp, token: Pick<MadeToken, 'token'>, id: string) =>
  asProgram(testApp, token).get(`/integrations/${id}/credentials/value`);
