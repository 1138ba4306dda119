import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, ERROR_STATUS, type ErrorCode } from './app-error.js';
import { SparseLog } from './sparse-log.js';

function codeForStatus(status: number): ErrorCode {
  if (status === 413) return 'PAYLOAD_TOO_LARGE';
  if (status === 429) return 'RATE_LIMITED';
  if (status === 404) return 'NOT_FOUND';
  if (status === 401) return 'UNAUTHENTICATED';
  if (status === 403) return 'FORBIDDEN';
  if (status === 503) return 'UNAVAILABLE';
  return status < 500 ? 'VALIDATION_FAILED' : 'INTERNAL';
}

/** What the framework refuses by itself, in the contract's words. */
function fromFramework(status: number, message: string): AppError | undefined {
  const code = codeForStatus(status);
  if (code === 'INTERNAL') return undefined;
  if (code === 'NOT_FOUND') return new AppError(code, 'There is no such address. See /api/docs.');
  if (status === 413) return new AppError(code, 'The request body is too large; 1 MiB is the most.');
  if (message.startsWith('Body is not valid JSON'))
    return new AppError(
      code,
      'The request body is not valid JSON, or has a key that is not taken (__proto__, constructor).',
    );
  if (status === 415) return new AppError(code, 'Send the body as JSON with Content-Type: application/json.');
  return new AppError(code, message);
}

/** The database is away, full or starting: SQLSTATE classes 08, 53 and 57P, and what the socket and the pool say. */
export function isDatabaseAway(error: unknown): boolean {
  const cause = (error as { driverError?: unknown }).driverError ?? error;
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  return (
    /^(08|53|57P)/.test(code) ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code) ||
    // The last two: of a connection that ended before the statement.
    /Connection terminated|timeout exceeded when trying to connect|is not queryable|runner was already released/.test(
      message,
    )
  );
}

/** Errors of several addresses have no message of their own. */
function reasonOf(error: unknown): string {
  const { message = '', code = '' } = error as { message?: string; code?: string };
  return message.split('\n')[0] || code;
}

/** It was sealed under a version of the organisation's key that was destroyed before it could be committed. */
function isKeyGone(error: unknown): boolean {
  const cause = (error as { driverError?: unknown }).driverError ?? error;
  const { code, constraint = '' } = cause as { code?: string; constraint?: string };
  return code === '23503' && constraint.endsWith('key_version');
}

/** @returns what the caller may know; `undefined` when the cause is ours and must be logged. */
function asAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (error instanceof HttpException) return fromFramework(error.getStatus(), error.message);
  if (isKeyGone(error))
    return new AppError('UNAVAILABLE', 'The organisation’s key was replaced at this moment. Try again.', {
      retryAfter: 1,
    });
  const status = (error as { statusCode?: number }).statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return fromFramework(status, 'The request could not be read.');
  return undefined;
}

/** Tells Latchkey's own refusals from a provider's answers, which never carry it. Its value is the code. */
export const REFUSAL_HEADER = 'x-latchkey-error';

export function errorBody(error: AppError, requestId: string): object {
  return {
    success: false,
    error: {
      code: error.code,
      message: error.message,
      ...(error.details ? { details: error.details } : {}),
      request_id: requestId,
    },
  };
}

type RecordRefusal = (request: FastifyRequest, refusal: AppError) => Promise<void>;

/** The one place where an error becomes an answer. Nothing of an unexpected cause leaves the process. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');
  private readonly outages: SparseLog;

  /** @param record writes a refusal down before it is answered. */
  constructor(
    private readonly record: RecordRefusal,
    now?: () => number,
  ) {
    this.outages = new SparseLog((line) => this.logger.error(line), now);
  }

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    await this.respond(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** For routes that Nest does not serve. */
  async respond(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      if (error instanceof AppError) await this.record(request, error);
      this.answer(error, request, reply);
    } catch (failure) {
      this.answer(failure, request, reply);
    }
  }

  private answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const known = asAppError(error);
    const away = !known && isDatabaseAway(error);
    if (!known) {
      const call = `${request.method} ${request.routeOptions?.url ?? 'unknown route'} [${request.id}]`;
      if (away) this.outages.say(`${call} The database does not answer: ${reasonOf(error)}`);
      else this.logger.error(`${call} ${error instanceof Error ? error.stack : String(error)}`);
    }
    const shown =
      known ??
      (away
        ? new AppError('UNAVAILABLE', 'The database does not answer. Try again in a moment.', {
            retryAfter: 5,
          })
        : undefined) ??
      new AppError('INTERNAL', `Something went wrong on our side. Quote ${request.id} to your operator.`);
    if (shown.retryAfter !== undefined) void reply.header('retry-after', String(Math.ceil(shown.retryAfter)));
    void reply
      .status(ERROR_STATUS[shown.code])
      .header(REFUSAL_HEADER, shown.code)
      .send(errorBody(shown, request.id));
  }
}
