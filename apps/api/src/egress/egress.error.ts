import type { AddressCategory } from './address-policy.js';

/**
 * - `dns`: the name has no address, or the name servers did not answer
 * - `refused`: no connection, or closed before an answer
 * - `timeout`: the deadline passed, or the caller cancelled
 * - `tls`: no encrypted connection to a server that proves its name
 * - `blocked`: our own policy forbids it
 * - `bad_response`: an answer that is not usable HTTP, too large, or a redirect that leads nowhere
 * - `config`: the call itself is wrong (URL, header, certificate…); repeating it cannot help
 */
export type EgressErrorKind = 'dns' | 'refused' | 'timeout' | 'tls' | 'blocked' | 'bad_response' | 'config';

/** Why a call out did not succeed. `reason` may be shown to a person: it holds no query, header or user name. */
export class EgressError extends Error {
  constructor(
    readonly kind: EgressErrorKind,
    readonly reason: string,
    options?: { cause?: unknown },
  ) {
    super(reason, options);
    this.name = 'EgressError';
  }

  /** What to do, where the kind alone says too little. */
  get hint(): string | undefined {
    return HINTS.find(([pattern]) => pattern.test(this.reason))?.[1];
  }
}

/** The caller's own body is larger than the call may have. */
export class RequestTooLargeError extends EgressError {
  constructor(limit: number) {
    super('config', `The body of the call is larger than the ${limit} bytes that may be sent.`);
  }
}

/**
 * The refusal of an address. It names the category and not the address: with the address, whoever can set a
 * URL could read the names inside the company's network.
 */
export function blockedAddress(host: string, category: AddressCategory): EgressError {
  if (category === 'denied by EGRESS_DENY') {
    return new EgressError(
      'blocked',
      `${host} is in a network that the operator has closed with EGRESS_DENY.`,
    );
  }
  if (category === 'invalid') return new EgressError('blocked', `${host} has no usable network address.`);
  const what = `${host} is ${category === 'unspecified' ? 'an' : 'a'} ${category} address, which is not open to integrations.`;
  return category === 'link-local' || category === 'cloud metadata'
    ? new EgressError(
        'blocked',
        `${what} An operator may allow it only by naming the single address in EGRESS_ALLOW.`,
      )
    : new EgressError('blocked', `${what} An operator may allow its network with EGRESS_ALLOW.`);
}

type Explanation = readonly [EgressErrorKind, string];

/** `%` stands for the host. */
const BY_CODE: Readonly<Record<string, Explanation>> = {
  ENOTFOUND: ['dns', '% is not a known host name.'],
  ENODATA: ['dns', '% has no network address.'],
  EAI_AGAIN: ['dns', 'The name servers did not answer for %. Try again.'],
  ESERVFAIL: ['dns', 'The name servers failed to look up %.'],
  ECONNREFUSED: ['refused', '% refused the connection: nothing listens on this port.'],
  ECONNRESET: ['refused', '% closed the connection before it answered.'],
  EPIPE: ['refused', '% closed the connection before it answered.'],
  ECONNABORTED: ['refused', '% closed the connection before it answered.'],
  UND_ERR_SOCKET: ['refused', '% closed the connection before it answered in full.'],
  EHOSTUNREACH: ['refused', '% cannot be reached from here.'],
  EHOSTDOWN: ['refused', '% cannot be reached from here.'],
  ENETUNREACH: ['refused', 'The network of % cannot be reached from here.'],
  EADDRNOTAVAIL: ['refused', '% cannot be reached from here.'],
  EACCES: ['refused', 'The system here does not permit a connection to %.'],
  EPERM: ['refused', 'The system here does not permit a connection to %.'],
  EMFILE: ['refused', 'Too many connections are open here to open one to %.'],
  ETIMEDOUT: ['timeout', '% did not accept the connection in time.'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout', '% did not accept the connection in time.'],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', '% did not answer in time.'],
  UND_ERR_BODY_TIMEOUT: ['timeout', '% did not finish its answer in time.'],
  UND_ERR_ABORTED: ['timeout', 'The call to % was cancelled.'],
  ABORT_ERR: ['timeout', 'The call to % was cancelled.'],
  UND_ERR_HEADERS_OVERFLOW: ['bad_response', '% sent more headers than are accepted.'],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: ['bad_response', '% sent a larger answer than is accepted.'],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['bad_response', '% sent an answer of another length than announced.'],
  UND_ERR_CLOSED: ['config', 'Latchkey is shutting down and makes no more calls.'],
  UND_ERR_DESTROYED: ['config', 'Latchkey is shutting down and makes no more calls.'],
  UND_ERR_INVALID_ARG: ['config', 'The call to % is not a valid HTTP request.'],
  UND_ERR_NOT_SUPPORTED: ['config', 'The call to % is not a valid HTTP request.'],
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: ['config', 'The call to % is not a valid HTTP request.'],
  ERR_INVALID_URL: ['config', 'The address is not a valid URL.'],
  CERT_HAS_EXPIRED: ['tls', 'The certificate of % has expired.'],
  CERT_NOT_YET_VALID: ['tls', 'The certificate of % is not valid yet.'],
  CERT_REVOKED: ['tls', 'The certificate of % has been revoked.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'tls',
    'The certificate of % is self-signed. Give its CA certificate to trust it.',
  ],
  SELF_SIGNED_CERT_IN_CHAIN: ['tls', 'The certificate of % comes from a CA that is not trusted here.'],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'tls',
    '% does not send its whole certificate chain, or comes from a CA that is not trusted here.',
  ],
  UNABLE_TO_GET_ISSUER_CERT: ['tls', 'The certificate of % comes from a CA that is not trusted here.'],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'tls',
    'The certificate of % comes from a CA that is not trusted here.',
  ],
  CERT_UNTRUSTED: ['tls', 'The certificate of % comes from a CA that is not trusted here.'],
  INVALID_PURPOSE: ['tls', 'The certificate of % is not made for servers.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['tls', 'The certificate of % is for another host name.'],
  ERR_TLS_HANDSHAKE_TIMEOUT: ['timeout', '% did not complete the TLS handshake in time.'],
};

/** What to do where the kind alone says too little. */
const HINTS: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /does not speak TLS/,
    'Use http:// in the address if the service has no TLS, or the port on which it does.',
  ],
  [/too old/, 'Turn on TLS 1.2 or newer at the service.'],
  [/client certificate/, 'Ask who runs the service which client certificate it wants.'],
  [/closed the connection/, 'Check that the address and port belong to this service, and look into its log.'],
];

/** Families of codes, tried in order when the code itself is not listed. */
const BY_PATTERN: ReadonlyArray<readonly [RegExp, Explanation]> = [
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST/,
    ['tls', 'The server at % does not speak TLS on this port.'],
  ],
  [
    /ALERT_(CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA)/,
    [
      'tls',
      '% ended the TLS handshake: it may ask for a client certificate, or not accept the one it was given.',
    ],
  ],
  [/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/, ['tls', '% only speaks versions of TLS that are too old.']],
  [
    /^ERR_OSSL_|^ERR_CRYPTO_|PEM_/,
    ['config', 'The CA certificate, client certificate or key for % cannot be read.'],
  ],
  [/^ERR_SSL_|^ERR_TLS_|^EPROTO\b/, ['tls', 'No encrypted connection to % could be made.']],
  [/^(CERT|CRL)_|_(CERT|CERTIFICATE|CRL|CA)(_|$)/, ['tls', 'The certificate of % is not valid.']],
  [/^HPE_/, ['bad_response', 'What % sent is not HTTP. The port may expect https, or another protocol.']],
  [/^Z_|^ERR_(_|BROTLI|ZSTD|ZLIB)|^ZSTD_/, ['bad_response', 'The answer of % cannot be decompressed.']],
  [/^EAI_/, ['dns', '% could not be looked up.']],
  [/^UND_ERR_RES/, ['bad_response', '% sent an answer that cannot be used.']],
];

/**
 * Explains an error of undici, Node's net, dns, tls and zlib or OpenSSL in plain words.
 *
 * @param host the host the call was meant for, as it may be shown.
 * @returns the error itself when it is an EgressError already.
 */
export function toEgressError(error: unknown, host: string): EgressError {
  for (const each of chain(error)) {
    if (each instanceof EgressError) return each;
    const explanation = explain(each);
    if (explanation !== undefined) {
      return new EgressError(
        explanation[0],
        explanation[1].replace('%', () => host),
        { cause: error },
      );
    }
  }
  return new EgressError('bad_response', `The call to ${host} failed.`, { cause: error });
}

function explain(error: ErrorLike): Explanation | undefined {
  // undici leaves the code out for what llhttp did not name.
  const code =
    typeof error.code === 'string' ? error.code : error.name === 'HTTPParserError' ? 'HPE_OTHER' : '';
  if (code === 'ECONNRESET' && error.message.includes('before secure TLS connection')) {
    return ['tls', '% closed the connection during the TLS handshake. It may not speak TLS on this port.'];
  }
  // OpenSSL's own reason stands in the message when Node sums it up as EPROTO.
  const detail = code === 'EPROTO' ? `${code} ${error.message.toUpperCase().replaceAll(' ', '_')}` : code;
  return BY_CODE[code] ?? BY_PATTERN.find(([pattern]) => pattern.test(detail))?.[1];
}

/** Node's own errors are no `instanceof Error` in another realm (a vm context, such as Jest's). */
type ErrorLike = {
  message: string;
  name?: unknown;
  code?: unknown;
  cause?: unknown;
  errors?: unknown;
  data?: unknown;
};

/** The error, its causes, and what an AggregateError (one failure per address tried) holds; nearest first. */
function* chain(error: unknown, depth = 0): Generator<ErrorLike> {
  if (typeof error !== 'object' || error === null || !('message' in error) || depth > 4) return;
  const found = error as ErrorLike;
  // The parser quotes the answer it could not read; there may be a token in it, and causes are logged.
  if (found.name === 'HTTPParserError') found.data = undefined;
  yield found;
  if (Array.isArray(found.errors)) for (const each of found.errors) yield* chain(each, depth + 1);
  yield* chain(found.cause, depth + 1);
}
