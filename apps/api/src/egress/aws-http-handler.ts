import { Readable } from 'node:stream';
import { type HttpHandler, type HttpRequest, HttpResponse } from '@smithy/protocol-http';
import type { EgressClient, EgressRequest } from './egress.client.js';
import { EgressError, type EgressErrorKind } from './egress.error.js';

export interface AwsHandlerOptions extends Pick<EgressRequest, 'tlsVerify' | 'caCertificate'> {
  /** For each attempt, in milliseconds; default 3000. */
  timeoutMs?: number;
  /** Ends every call under way, besides the signal of a single command. */
  signal?: AbortSignal;
}

const TIMEOUT_MS = 3000;
/** What the egress client decides itself. */
const FRAMING = new Set(['host', 'content-length', 'connection', 'expect', 'transfer-encoding']);
/** Another attempt may go better: the SDK makes as many as its `maxAttempts` says. */
const TRANSIENT = new Set<EgressErrorKind>(['dns', 'refused', 'timeout']);

/**
 * The `requestHandler` of a client of the AWS SDK: its calls leave through egress and nowhere else. It follows no
 * redirect, since a signed request is for one host. What it throws is an EgressError.
 *
 * Give such a client its credentials, region, endpoint and `defaultsMode` as well, or the SDK looks for them itself.
 */
export function awsRequestHandler(egress: EgressClient, options: AwsHandlerOptions = {}): HttpHandler {
  const { timeoutMs = TIMEOUT_MS, signal, ...tls } = options;
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request, handed) => {
      const callers = [signal, handed?.abortSignal as AbortSignal | undefined].filter(
        (each) => each !== undefined,
      );
      try {
        const answer = await egress.request({
          ...tls,
          method: request.method,
          url: urlOf(request),
          headers: headersOf(request),
          body: bodyOf(request),
          timeoutMs: handed?.requestTimeout || timeoutMs,
          maxRedirects: 0,
          signal: callers.length > 1 ? AbortSignal.any(callers) : callers[0],
        });
        const body = Readable.from([answer.body]);
        return {
          response: new HttpResponse({ statusCode: answer.status, headers: flat(answer.headers), body }),
        };
      } catch (error) {
        if (
          error instanceof EgressError &&
          TRANSIENT.has(error.kind) &&
          !callers.some((each) => each.aborted)
        )
          Object.assign(error, { $retryable: { throttling: false } });
        throw error;
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function urlOf({ protocol, hostname, port, path, query }: HttpRequest): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => `${encoded(name)}=${encoded(each ?? '')}`),
  );
  const search = pairs.length > 0 ? `?${pairs.join('&')}` : '';
  return `${protocol}//${hostname}${port ? `:${port}` : ''}${path}${search}`;
}

/** As the signature has it: RFC 3986, section 2.3 leaves only these characters as they are. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const headersOf = ({ headers }: HttpRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !FRAMING.has(name.toLowerCase())));

function bodyOf({ body }: HttpRequest): string | Buffer | undefined {
  if (body === undefined || body === null || typeof body === 'string') return body ?? undefined;
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new EgressError('config', 'Only a body that is whole can be sent to AWS.');
}

const flat = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
