import type { OpenAPIObject } from '@nestjs/swagger';
import { ERROR_STATUS, type ErrorCode } from '../../common/app-error.js';

const SUMMARY = 'Calls the service behind an integration with the integration’s credential.';

const BASE_SUMMARY =
  'Calls the base URL of the service behind an integration, as …/proxy/{path} does what is below.';

const DESCRIPTION =
  `${SUMMARY} The path and the query go below the integration's own base URL, as they are written
(percent codes are kept; a path that leads out of the base is refused; without a path and its slash the base URL itself is
called); the credential is placed as the type's manifest
says, and replaces whatever the caller sends in its place. Bodies are streamed both ways, up to 1 GiB each. The answer is
the provider's, with its status and without cookies and browser policies; redirects are not followed, and a Location
below the base URL is rewritten to this route.

Headers of one connection, Authorization, Cookie, Forwarded, X-Forwarded-* and the like are not passed on. Where the
provider refuses a token that can be renewed, it is renewed and the call made once more, if its body is at most 256 KiB;
X-Latchkey-Hint says what stands in the way otherwise: credential_refused, credential_renewed, call_again or
renewal_failed. Once a provider limits calls, further ones are answered 429 with Retry-After and not made, for as long as
it says and five minutes at most. A body that breaks off ends the connection.

Every other method (HEAD, OPTIONS, those of WebDAV) works the same; TRACE is refused. Calls are counted in the
integration's usage and are not in the audit trail one by one; refused ones are.`.replaceAll(
    /(?<!\n)\n(?!\n)/g,
    ' ',
  );

const FAILURES: ErrorCode[] = [
  'VALIDATION_FAILED',
  'NOT_FOUND',
  'CONFLICT',
  'REAUTHORIZATION_REQUIRED',
  'PAYLOAD_TOO_LARGE',
  'CONNECTION_FAILED',
  'EGRESS_BLOCKED',
  'RATE_LIMITED',
  'UPSTREAM_ERROR',
  'UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
];

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const WITH_BODY = new Set<string>(['post', 'put', 'patch']);

function failures(): Record<string, object> {
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/ErrorReply' } } };
  const byStatus = Object.groupBy(FAILURES, (code) => String(ERROR_STATUS[code]));
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes = []]) => [
      status,
      { description: codes.join(', '), content },
    ]),
  );
}

const ANYTHING = { '*/*': { schema: { type: 'string', format: 'binary' } } };

const parameter = (name: string, description: string, schema: object) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema,
});
const ID = parameter('id', 'The integration.', { type: 'string', format: 'uuid' });
const PATH = parameter('path', 'Below its base URL; it may hold slashes and be empty.', { type: 'string' });

const operations = (name: string, summary: string, parameters: object[]): object =>
  Object.fromEntries(
    METHODS.map((method) => [
      method,
      {
        operationId: `${name}_${method}`,
        summary,
        description: DESCRIPTION,
        tags: ['For programs'],
        security: [{ bearer: [] }],
        'x-permission': 'scope proxy:call',
        'x-scope': 'proxy:call',
        parameters,
        ...(WITH_BODY.has(method) ? { requestBody: { required: false, content: ANYTHING } } : {}),
        responses: {
          200: { description: 'The provider’s answer, with the status it has.', content: ANYTHING },
          ...failures(),
        },
      },
    ]),
  );

/** Adds the proxy to the API document; Nest, which writes the rest, does not know it. */
export function describeProxy({ paths }: OpenAPIObject): void {
  paths['/api/v1/integrations/{id}/proxy'] = operations('ProxyBase', BASE_SUMMARY, [ID]);
  paths['/api/v1/integrations/{id}/proxy/{path}'] = operations('Proxy', SUMMARY, [ID, PATH]);
}
