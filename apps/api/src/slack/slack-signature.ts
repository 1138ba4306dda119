import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { headerOf, sameSignature } from '../inbound/signed-body.js';

/** Beyond that a request may be a replay: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const TOLERANCE_S = 300;

export interface SlackSignature {
  timestamp: string;
  signature: string;
}

/** What a request says of its signature; undefined when it cannot be one that Slack makes now. */
export function signatureOf(request: FastifyRequest, now: number): SlackSignature | undefined {
  const timestamp = headerOf(request, 'x-slack-request-timestamp') ?? '';
  const signature = headerOf(request, 'x-slack-signature') ?? '';
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return undefined;
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE_S) return undefined;
  return { timestamp, signature };
}

/** Whether somebody who knows the secret signed these bytes at that time. */
export function isSigned(secret: string, { timestamp, signature }: SlackSignature, body: Buffer): boolean {
  const digest = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex');
  return sameSignature(`v0=${digest}`, signature);
}
