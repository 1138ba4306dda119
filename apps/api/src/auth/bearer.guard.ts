import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { AppError } from '../common/app-error.js';

/** Passport's answer in the contract's words. */
@Injectable()
export class BearerGuard extends AuthGuard('jwt') {
  override handleRequest<T>(error: unknown, user: T | false, info: unknown): T {
    if (error) throw error;
    if (user) return user;
    if ((info as Error | undefined)?.name === 'TokenExpiredError') {
      throw new AppError('TOKEN_EXPIRED', 'The access token has expired. Refresh it.');
    }
    throw new AppError(
      'UNAUTHENTICATED',
      'The access token is not valid, or its session has ended. Sign in again.',
    );
  }
}
