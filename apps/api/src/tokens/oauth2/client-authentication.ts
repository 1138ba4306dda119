import type { OAuth2 } from '@latchkey/catalogue';
import { type ClientAuth, ClientSecretPost, None } from 'openid-client';

/** RFC 6749, section 2.3.1: each is form-encoded before they are joined with a colon. */
const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

/** ID and secret of a client as the value of an Authorization header. */
export function basicCredentials(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64')}`;
}

/**
 * How a client proves itself to the token endpoint; without a secret it only says who it is. The Basic header is not
 * openid-client's: that one encodes hyphens and underscores too, and providers that do not decode refuse it.
 */
export function clientAuthentication(
  how: OAuth2['client_authentication'],
  { id, secret }: { id: string; secret?: string },
): ClientAuth {
  if (how === 'none' || secret === undefined) return None();
  if (how === 'post') return ClientSecretPost(secret);
  return (_server, _client, _body, headers) => headers.set('authorization', basicCredentials(id, secret));
}
