import { timingSafeEqual } from 'node:crypto';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { Type } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.js';
import type { BodyGate } from '../common/large-bodies.js';

/** Where a provider sends more than other routes take. */
interface LargeBody {
  /** In bytes. */
  largest: number;
  /** How long the provider itself goes on sending, in milliseconds. */
  withinMs: number;
  /** Who says before it is taken whether it is wanted. */
  gate: Type<BodyGate>;
}

/**
 * On a handler of a webhook: its body stays the bytes that were sent, over which the provider made its signature.
 */
export const RawBody = (large?: LargeBody) =>
  RouteConfig({
    rawBody: true,
    ...(large && { largestBody: large.largest, bodyMs: large.withinMs, bodyGate: large.gate }),
  });

/** The bytes of a request to a route with `@RawBody()`. @throws AppError VALIDATION_FAILED when there are none */
export function rawBodyOf({ body }: FastifyRequest): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new AppError('VALIDATION_FAILED', 'Send the event as JSON in the body.');
}

/** The object that the bytes are, once their signature was verified. @throws AppError VALIDATION_FAILED */
export function jsonBodyOf(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new AppError('VALIDATION_FAILED', 'The event is not a JSON object.');
}

/** The JSON in a field of a form: GitHub's other way to send it. */
export const jsonInForm = (body: Buffer, field: string): Buffer =>
  Buffer.from(new URLSearchParams(body.toString('utf8')).get(field) ?? '');

/** Whether the body is a form. */
export const isForm = (request: FastifyRequest): boolean =>
  /^application\/x-www-form-urlencoded\s*(;|$)/i.test(headerOf(request, 'content-type') ?? '');

/** One of the request's headers, as one text. */
export function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** In a time that tells nothing of where the two differ; the length of a signature is no secret. */
export function sameSignature(expected: string, given: string | undefined): boolean {
  const one = Buffer.from(expected);
  const other = Buffer.from(given ?? '');
  return one.length === other.length && timingSafeEqual(one, other);
}
