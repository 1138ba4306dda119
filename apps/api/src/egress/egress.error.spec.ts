import { describe, expect, it } from '@jest/globals';
import { blockedAddress, EgressError, type EgressErrorKind, toEgressError } from './egress.error.js';

const coded = (code: string, message = 'secret message') => Object.assign(new Error(message), { code });

describe('toEgressError', () => {
  it.each<[string, EgressErrorKind]>([
    ['ENOTFOUND', 'dns'],
    ['EAI_AGAIN', 'dns'],
    ['EAI_FAIL', 'dns'],
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'refused'],
    ['EHOSTUNREACH', 'refused'],
    ['ENETUNREACH', 'refused'],
    ['UND_ERR_SOCKET', 'refused'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['UND_ERR_RESPONSE', 'bad_response'],
    ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'bad_response'],
    ['UND_ERR_HEADERS_OVERFLOW', 'bad_response'],
    ['HPE_INVALID_CONSTANT', 'bad_response'],
    ['HPE_HEADER_OVERFLOW', 'bad_response'],
    ['Z_DATA_ERROR', 'bad_response'],
    ['ZSTD_error_prefix_unknown', 'bad_response'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['CERT_SIGNATURE_FAILURE', 'tls'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
    ['UNABLE_TO_GET_CRL', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'tls'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls'],
    ['EPROTO', 'tls'],
    ['ERR_OSSL_PEM_NO_START_LINE', 'config'],
    ['UND_ERR_INVALID_ARG', 'config'],
    ['SOMETHING_NEW', 'bad_response'],
  ])('takes %s for %s', (code, kind) => {
    const cause = coded(code);
    const error = toEgressError(cause, 'a.test');
    expect(error).toMatchObject({ kind, cause, name: 'EgressError' });
    expect(error.reason).not.toContain('secret');
    expect(error.reason).not.toContain('%');
    expect(error.message).toBe(error.reason);
  });

  it.each([
    coded('ERR_SSL_WRONG_VERSION_NUMBER'),
    coded('ERR_SSL_PACKET_LENGTH_TOO_LONG'),
    coded('EPROTO', '00:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps'),
  ])('tells that the port does not speak TLS', (cause) => {
    expect(toEgressError(cause, 'a.test').reason).toBe(
      'The server at a.test does not speak TLS on this port.',
    );
  });

  it('looks into causes and into the attempts on several addresses', () => {
    const wrapped = new TypeError('fetch failed', { cause: coded('ENOTFOUND') });
    expect(toEgressError(wrapped, 'a.test').kind).toBe('dns');
    expect(toEgressError(new AggregateError([coded('EHOSTUNREACH')]), 'a.test').kind).toBe('refused');
    const own = new EgressError('blocked', 'x');
    expect(toEgressError(own, 'a.test')).toBe(own);
    expect(toEgressError(new Error('x', { cause: own }), 'a.test')).toBe(own);
  });

  it.each(['text', undefined, null, 7])('copes with %j as an error', (thrown) => {
    expect(toEgressError(thrown, 'a.test')).toMatchObject({ kind: 'bad_response', cause: thrown });
  });

  it('ends in a circle of causes', () => {
    const error = new Error('x');
    error.cause = error;
    expect(toEgressError(error, 'a.test').kind).toBe('bad_response');
  });

  it('takes the host literally', () => {
    expect(toEgressError(coded('ENOTFOUND'), '$&.test').reason).toContain('$&.test');
  });
});

describe('blockedAddress', () => {
  it('names the category and the way to open it', () => {
    expect(blockedAddress('a.test', 'private').reason).toBe(
      'a.test is a private address, which is not open to integrations. An operator may allow its network with EGRESS_ALLOW.',
    );
    expect(blockedAddress('a.test', 'cloud metadata').reason).toContain(
      'naming the single address in EGRESS_ALLOW',
    );
    expect(blockedAddress('a.test', 'denied by EGRESS_DENY').reason).toContain('EGRESS_DENY');
  });
});
