import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import {
  buildProxyRequest,
  judgeProxyAnswer,
  looksIntoBodies,
  type ProxyRequest,
  type ProxyTarget,
  type ProxyVerdict,
} from '@latchkey/catalogue';
import type { ProgramActor } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { EgressClient } from '../../egress/egress.client.js';
import type { EgressStreamResponse } from '../../egress/streamed-call.js';
import { type LiveConnection, LiveConnections } from '../../integrations/credentials/live-connections.js';
import { clientCertificateOf } from '../../tokens/client-certificate.js';
import type { RequestToSign } from '../../tokens/request-signing.js';
import { type UsableCredential, UsableCredentials } from '../../tokens/usable-credentials.js';
import { UsageCounter } from '../../usage/usage-counter.js';
import { answerHeaders, secretsOf } from './answer-headers.js';
import { arrived, isWorthReading, peek, type Peeked } from './answer-peek.js';
import { CallSlots, type Place } from './call-slots.js';
import { requestHeaders } from './headers.js';
import type { Hint, ProxyAnswer, ProxyCall } from './proxy-call.js';
import { explainFailure } from './proxy-errors.js';
import { ProxyLimits } from './proxy-limits.js';
import { announcedLength, type BodyRules, type RequestBody, takeBody } from './request-body.js';
import { pastStaleConnection } from './stale-connection.js';
import { Throttles } from './throttles.js';

interface Attempt extends Peeked {
  request: ProxyRequest;
  response: EgressStreamResponse;
  verdict: ProxyVerdict;
  usable: UsableCredential;
}

const NO_BODY = Buffer.alloc(0);
const AWS = new Set(['aws_access_key', 'aws_assume_role']);
/** Parts of a signature: the caller's own would contradict it. */
const AWS_HEADERS = ['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'];

/** Limits are those of a credential: another one has its own. */
const placeOf = ({ integrationId, credentialVersion }: LiveConnection): string =>
  `${integrationId} ${credentialVersion}`;

/** Calls of programs, made with the integration's credential at the integration's own address. */
@Injectable()
export class ProxyService implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly throttles: Throttles;
  private readonly slots: CallSlots;
  private readonly underWay = new Set<AbortController>();
  private draining: NodeJS.Timeout | undefined;

  constructor(
    private readonly connections: LiveConnections,
    private readonly credentials: UsableCredentials,
    private readonly egress: EgressClient,
    private readonly usage: UsageCounter,
    private readonly limits: ProxyLimits,
    private readonly clock: Clock,
  ) {
    this.throttles = new Throttles(clock, limits);
    this.slots = new CallSlots(limits);
  }

  /**
   * A place among the calls that run at once, waited for where all are taken.
   * @param call ends it
   * @returns what gives the place back
   * @throws AppError RATE_LIMITED, UNAVAILABLE
   */
  async enter(place: Place, call: AbortController): Promise<() => void> {
    const leave = await this.slots.take(place, call.signal);
    this.underWay.add(call);
    return () => {
      // The end of a connection may be told twice.
      if (this.underWay.delete(call)) leave();
    };
  }

  /** The server waits for its calls to end, but not for as long as one of these may last. */
  beforeApplicationShutdown(): void {
    this.draining = setTimeout(() => {
      for (const call of this.underWay) call.abort();
    }, this.limits.drainMs);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.draining);
  }

  /**
   * @throws AppError NOT_FOUND, CONFLICT, REAUTHORIZATION_REQUIRED, VALIDATION_FAILED, PAYLOAD_TOO_LARGE, RATE_LIMITED,
   *   CONNECTION_FAILED, EGRESS_BLOCKED, UPSTREAM_ERROR, UPSTREAM_TIMEOUT
   */
  async call(program: ProgramActor, call: ProxyCall): Promise<ProxyAnswer> {
    const connection = await this.connections.require(program, call.integrationId);
    this.throttles.check(placeOf(connection), connection.name);
    try {
      const usable = await this.credentials.get(connection, { signal: call.signal });
      // Refused before the body is taken, where it is the path that is wrong.
      const request = this.build(connection, usable, call.target);
      const body = await takeBody(call.incoming, this.bodyRules(connection, usable, request, call));
      const attempt = await this.attempt(connection, usable, request, call, body);
      if (!attempt.verdict.tokenDead) return this.answer(connection, call, attempt);
      return await this.again(connection, call, body, attempt);
    } catch (error) {
      throw explainFailure(error, connection.name, this.limits.stream.requestBytes);
    }
  }

  /** The provider did not take the token: another one, and one more attempt, where both can be had. */
  private async again(
    connection: LiveConnection,
    call: ProxyCall,
    body: RequestBody,
    attempt: Attempt,
  ): Promise<ProxyAnswer> {
    const { usable, response } = attempt;
    if (!usable.renewable) return this.answer(connection, call, attempt, 'credential_refused');
    const renewing = this.credentials.renew(connection, usable, { signal: call.signal });
    if (!body.replayable) {
      renewing.catch(() => undefined);
      return this.answer(connection, call, attempt, 'call_again');
    }
    const renewed = await renewing.catch(() => undefined);
    if (renewed === undefined) return this.answer(connection, call, attempt, 'renewal_failed');
    if (renewed === usable) return this.answer(connection, call, attempt, 'credential_refused');
    response.body.destroy();
    const second = await this.attempt(
      connection,
      renewed,
      this.build(connection, renewed, call.target),
      call,
      body,
    );
    return this.answer(connection, call, second, second.verdict.tokenDead ? 'credential_renewed' : undefined);
  }

  private build(connection: LiveConnection, usable: UsableCredential, target: ProxyTarget): ProxyRequest {
    const { manifest, way, config } = connection;
    return buildProxyRequest(manifest, way, config, usable.fields, target);
  }

  private async attempt(
    connection: LiveConnection,
    usable: UsableCredential,
    request: ProxyRequest,
    { incoming, signal }: ProxyCall,
    { content, length, replayable }: RequestBody,
  ): Promise<Attempt> {
    const { manifest, way } = connection;
    const method = incoming.method ?? 'GET';
    const looksInside = looksIntoBodies(manifest);
    const placed = looksInside ? { ...request.headers, 'accept-encoding': 'identity' } : request.headers;
    const unsigned = requestHeaders(incoming.headers, request.defaults, placed);
    const headers = AWS.has(way.credential_type)
      ? await this.sign(connection, usable, { method, url: request.url, headers: unsigned }, content)
      : unsigned;
    const started = performance.now();
    let response: EgressStreamResponse | undefined;
    try {
      const sent = {
        method,
        url: request.url,
        headers,
        body: content,
        bodyLength: length,
        tlsVerify: request.tlsVerify,
        caCertificate: request.caCertificate,
        clientCertificate: clientCertificateOf(way, usable.fields),
        limits: this.limits.stream,
        signal,
      };
      response = await pastStaleConnection(method, replayable, () => this.egress.stream(sent));
      const ms = performance.now() - started;
      let peeked = arrived(response);
      if (!peeked.complete && looksInside && isWorthReading(response, method, this.limits.peekBytes))
        peeked = await peek(response.body, this.limits.peekBytes);
      const verdict = this.judge(connection, response, peeked, ms);
      return { request, response, verdict, usable, ...peeked };
    } catch (error) {
      response?.body.destroy();
      this.countFailure(connection, performance.now() - started, signal);
      throw error;
    }
  }

  private async sign(
    { way, config }: LiveConnection,
    { fields }: UsableCredential,
    { method, url, headers }: RequestToSign,
    content: RequestBody['content'],
  ): Promise<Record<string, string>> {
    const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !AWS_HEADERS.includes(name)));
    const body = content === undefined || Buffer.isBuffer(content) ? content : 'unsigned';
    // Loaded by the first call to AWS.
    const { signRequest } = await import('../../tokens/request-signing.js');
    const signature = await signRequest(
      way,
      fields,
      config,
      { method, url, headers: own, body },
      this.clock.date(),
    );
    return { ...own, ...signature };
  }

  private judge(
    connection: LiveConnection,
    { status, headers }: EgressStreamResponse,
    { chunks, complete }: Peeked,
    ms: number,
  ): ProxyVerdict {
    const { manifest, organizationId, integrationId } = connection;
    const now = this.clock.now();
    const body = complete && looksIntoBodies(manifest) ? Buffer.concat(chunks) : NO_BODY;
    const verdict = judgeProxyAnswer(manifest, { status, headers, body }, now);
    const { throttledSeconds, rateLimit } = verdict;
    if (throttledSeconds !== undefined) this.throttles.note(placeOf(connection), throttledSeconds);
    const outcome = throttledSeconds !== undefined ? 'throttled' : status >= 500 ? 'failed' : 'answered';
    this.usage.countCall(organizationId, integrationId, {
      ms,
      outcome,
      rateLimit: rateLimit && {
        limit: rateLimit.limit,
        remaining: rateLimit.remaining,
        resetAt: rateLimit.resetSeconds === null ? null : new Date(now + rateLimit.resetSeconds * 1000),
      },
    });
    return verdict;
  }

  /** That a caller left is no failure of the provider. */
  private countFailure(
    { organizationId, integrationId }: LiveConnection,
    ms: number,
    signal: AbortSignal,
  ): void {
    if (!signal.aborted) this.usage.countCall(organizationId, integrationId, { ms, outcome: 'failed' });
  }

  private answer(
    { way, organizationId, integrationId }: LiveConnection,
    { ownPath, signal }: ProxyCall,
    { request: { url, base }, response, verdict, usable, chunks, complete }: Attempt,
    hint?: Hint,
  ): ProxyAnswer {
    const { status, headers, body } = response;
    const secrets = secretsOf(way, usable.fields);
    const wait = verdict.throttledSeconds;
    return {
      status,
      headers: {
        ...answerHeaders(headers, { url, base, ownPath, secrets }),
        ...(wait !== undefined && { 'retry-after': String(wait) }),
        ...(hint && { 'x-latchkey-hint': hint }),
      },
      chunks,
      complete,
      body,
      broken: () => {
        if (!signal.aborted) this.usage.countBreak(organizationId, integrationId);
      },
    };
  }

  private bodyRules(
    { way, config }: LiveConnection,
    { renewable }: UsableCredential,
    { url }: ProxyRequest,
    { incoming, askForBody }: ProxyCall,
  ): BodyRules {
    const { stream, smallBytes, replayBytes, signedBytes } = this.limits;
    const rules = {
      ask: askForBody,
      most: stream.requestBytes,
      bufferUpTo: renewable ? Math.max(smallBytes, replayBytes) : smallBytes,
      idleMs: stream.idleMs,
    };
    if (!AWS.has(way.credential_type)) return rules;
    const s3 = config.service === 's3' && url.startsWith('https:');
    // Only S3 takes a body that the signature does not cover, and wants to know its length.
    if (s3 && (announcedLength(incoming) ?? 0) > signedBytes) return rules;
    const why = ', because AWS wants it signed in full and only S3, over https, takes a larger one unsigned';
    return { ...rules, mustBuffer: { upTo: signedBytes, why } };
  }
}
