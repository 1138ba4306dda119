import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type ErrorCode } from '../common/app-error.js';
import { isDatabaseAway } from '../common/error.filter.js';
import { Environment } from '../config/environment.js';
import { landingUrl } from './landing.js';

function codeOf(error: unknown): ErrorCode {
  if (error instanceof AppError) return error.code;
  return isDatabaseAway(error) ? 'UNAVAILABLE' : 'INTERNAL';
}

/** Who comes back from a provider is a person in a browser: whatever goes wrong, they land on a page. */
@Catch()
@Injectable()
export class LandingFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  constructor(private readonly environment: Environment) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!(error instanceof AppError)) {
      const stack = error instanceof Error ? error.stack : String(error);
      this.logger.error(`${request.method} ${request.routeOptions.url} [${request.id}] ${stack}`);
    }
    const landing = { flow: 'connect', outcome: 'failed', code: codeOf(error) } as const;
    void http.getResponse<FastifyReply>().redirect(landingUrl(this.environment.publicUrl, landing), 303);
  }
}
