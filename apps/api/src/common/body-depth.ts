import type { FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import { AppError } from './app-error.js';

const DEEPEST = 20;

/** Walks by hand: recursion would meet the very stack overflow it is to prevent. */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((entry) =>
      typeof entry === 'object' && entry !== null ? Object.values(entry) : [],
    );
  }
  return false;
}

/** Nothing this API takes is nested deeply, so what is was made to do harm. */
export function refuseDeepBodies(
  request: FastifyRequest,
  _reply: FastifyReply,
  done: HookHandlerDoneFunction,
): void {
  // Bytes are read by whoever verified their signature.
  const refused = request.body !== undefined && !Buffer.isBuffer(request.body) && isTooDeep(request.body);
  done(
    refused
      ? new AppError('VALIDATION_FAILED', `The request body is nested more than ${DEEPEST} levels deep.`)
      : undefined,
  );
}
