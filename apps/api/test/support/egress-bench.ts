import type { IncomingHttpHeaders } from 'node:http';
import { expect } from '@jest/globals';
import { AddressPolicy } from '../../src/egress/address-policy.js';
import { EgressClient, type EgressPolicy, type EgressRequest } from '../../src/egress/egress.client.js';
import { EgressError, type EgressErrorKind } from '../../src/egress/egress.error.js';
import { HostMap } from '../../src/egress/host-map.js';
import { LocalServers } from './local-servers.js';

/** What a test leaves open: loopback, where the local servers are. */
const LOOPBACK = new AddressPolicy({ allow: ['127.0.0.0/8', '::1'], deny: [] });
/** The policy without any EGRESS_ALLOW. */
export const NOTHING_OPEN = new AddressPolicy({ allow: [], deny: [] });

/** Egress clients and the local servers they call; `close` after each test. */
export class EgressBench {
  readonly servers = new LocalServers();
  readonly #clients: EgressClient[] = [];

  /** A client that may call loopback over http, unless told otherwise. */
  client(policy: Partial<EgressPolicy> = {}): EgressClient {
    const defaults = { addresses: LOOPBACK, hosts: new HostMap(''), allowInsecureHttp: true };
    const made = new EgressClient({ ...defaults, ...policy });
    this.#clients.push(made);
    return made;
  }

  /** A server that answers with what it received. */
  echo(): Promise<string> {
    return this.servers.http((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers } = request;
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
      });
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((each) => each.close()));
    await this.servers.close();
  }
}

/** What an echo server saw. */
export function echoed(body: Buffer) {
  return JSON.parse(body.toString()) as {
    method: string;
    url: string;
    headers: IncomingHttpHeaders;
    body: string;
  };
}

export const get = (url: string, more: Partial<EgressRequest> = {}): EgressRequest => ({
  method: 'GET',
  url,
  ...more,
});

/** The EgressError a call ends with. */
export async function failure(promise: Promise<unknown>): Promise<EgressError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EgressError);
  return error as EgressError;
}

export async function expectFailure(
  promise: Promise<unknown>,
  kind: EgressErrorKind,
  reason: string,
): Promise<void> {
  expect(await failure(promise)).toMatchObject({ kind, reason: expect.stringContaining(reason) });
}
