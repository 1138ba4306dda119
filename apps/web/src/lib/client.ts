import { createApiClient } from '@latchkey/api-client';
import { ApiError, networkError, toApiError } from './api-error';
import { currentToken, hasSession, refreshSession } from './session';

const RENEWABLE = new Set(['TOKEN_EXPIRED', 'UNAUTHENTICATED']);

async function errorCode(response: Response): Promise<string> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return toApiError(body, response).code;
}

async function send(request: Request, token: string | null): Promise<Response> {
  const headers = new Headers(request.headers);
  if (token) headers.set('Authorization', `Bearer ${token}`);
  return fetch(new Request(request, { headers, credentials: 'same-origin' })).catch((cause: unknown) => {
    throw networkError(cause);
  });
}

/** `fetch` with the session's access token; an expired one is renewed once and the call repeated once. */
async function sessionFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request, await currentToken());
  if (response.status !== 401 || !hasSession() || !RENEWABLE.has(await errorCode(response))) return response;
  return (await refreshSession()) ? send(again, await currentToken()) : response;
}

export const api = createApiClient({ baseUrl: '', fetch: sessionFetch });

interface Answer<Body> {
  data?: Body;
  error?: unknown;
  response: Response;
}

/** The whole body of a successful answer, for the routes whose `message` is shown. Throws `ApiError`. */
export async function unwrapBody<Body>(call: Promise<Answer<Body>>): Promise<Body> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    throw cause instanceof ApiError ? cause : networkError(cause);
  });
  if (data === undefined) throw toApiError(error, response);
  return data;
}

/** The `data` of a successful answer. Throws `ApiError`. */
export async function unwrap<Data>(call: Promise<Answer<{ data: Data }>>): Promise<Data> {
  return (await unwrapBody(call)).data;
}
