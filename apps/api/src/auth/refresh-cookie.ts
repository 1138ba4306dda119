import '@fastify/cookie';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error.js';
import { Environment } from '../config/environment.js';
import type { TokensDto } from './auth.dto.js';

const COOKIE = 'latchkey_refresh';
const PATH = '/api/v1/auth';
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Browser mode: with `X-Session-Mode: cookie` the refresh token travels only in a cookie that scripts cannot
 * read. The header that no other site can send, and the Origin, keep other sites from using it.
 */
@Injectable()
export class RefreshCookie implements CanActivate {
  private readonly origins: Set<string>;

  constructor(private readonly environment: Environment) {
    const { publicUrl } = environment;
    const names = LOOPBACK_NAMES.includes(publicUrl.hostname) ? LOOPBACK_NAMES : [publicUrl.hostname];
    this.origins = new Set(
      names.map((name) => `${publicUrl.protocol}//${name}${publicUrl.port ? `:${publicUrl.port}` : ''}`),
    );
  }

  /** A page of another origin is refused before anything happens. @throws AppError FORBIDDEN */
  canActivate(context: ExecutionContext): boolean {
    this.isBrowserMode(context.switchToHttp().getRequest<FastifyRequest>());
    return true;
  }

  /** Moves the refresh token from the body to the cookie when the caller is a browser of ours. */
  carry<T extends { tokens: TokensDto }>(request: FastifyRequest, reply: FastifyReply, answer: T): T {
    if (!this.isBrowserMode(request)) return answer;
    const { refresh_token: refreshToken, ...tokens } = answer.tokens;
    void reply.setCookie(COOKIE, refreshToken ?? '', {
      ...this.options(),
      maxAge: this.environment.refreshTokenTtl,
    });
    return { ...answer, tokens };
  }

  /** The token from the body, or from the cookie in browser mode. @throws AppError UNAUTHENTICATED */
  read(request: FastifyRequest, fromBody: string | undefined): string {
    if (fromBody !== undefined) return fromBody;
    const cookie = this.isBrowserMode(request) ? request.cookies[COOKIE] : undefined;
    if (!cookie) throw new AppError('UNAUTHENTICATED', 'There is no session to continue. Sign in.');
    return cookie;
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(COOKIE, this.options());
  }

  private isBrowserMode(request: FastifyRequest): boolean {
    if (request.headers['x-session-mode'] !== 'cookie') return false;
    const { origin } = request.headers;
    if (origin !== undefined && !this.origins.has(origin)) {
      throw new AppError(
        'FORBIDDEN',
        `Pages of ${origin.slice(0, 200)} may not use sessions here. Open ${this.environment.publicUrl.origin}.`,
      );
    }
    return true;
  }

  private options() {
    return {
      httpOnly: true,
      secure: this.environment.secureCookies,
      sameSite: 'strict',
      path: PATH,
    } as const;
  }
}
