// What the rows work on, made over HTTP as people make it.
const PASSWORD = 'winter tram pencil 42';

async function call(base, method, path, headers, body) {
  const response = await fetch(`${base}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** An organisation with an integration of the service. @param base where the product is */
export async function place(base, number, target) {
  const email = `bench${number}@example.com`;
  const names = { full_name: 'Bench', organization_name: `Bench ${number}` };
  const account = { email, password: PASSWORD, ...names };
  const { user, tokens } = await call(base, 'POST', '/auth/register', {}, account);
  const person = { authorization: `Bearer ${tokens.access_token}` };
  const { integration } = await call(base, 'POST', '/integrations', person, {
    integration_type_id: 'generic_http',
    name: 'Bench',
    config: { base_url: target },
    credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: 'x'.repeat(40) },
  });
  return {
    email,
    password: PASSWORD,
    person,
    userId: user.id,
    organizationId: user.organization_id,
    integrationId: integration.id,
  };
}

/** A service token of the place. */
export async function program(base, { person }) {
  const { token, service_token: made } = await call(base, 'POST', '/service-tokens', person, {
    name: 'Bench',
    scopes: ['credentials:read', 'proxy:call'],
  });
  return { program: { authorization: `Bearer ${token}` }, tokenId: made.id };
}

/** An integration that somebody has to consent to. */
export async function authorised(base, { person }, target) {
  const { integration } = await call(base, 'POST', '/integrations', person, {
    integration_type_id: 'generic_http',
    name: 'Bench OAuth',
    config: { base_url: target, authorization_url: `${target}/authorize`, token_url: `${target}/token` },
    credentials: { credential_type: 'oauth2', client_id: 'bench', client_secret: 'x'.repeat(40) },
  });
  return { oauthId: integration.id };
}

export const setAuditOfReads = (base, { person, organizationId }, audit_of_reads) =>
  call(base, 'PATCH', `/organizations/${organizationId}`, person, { audit_of_reads });
