import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import passport from 'passport';
import { AppError } from '../common/app-error.js';
import { JwtStrategy } from './jwt.strategy.js';

/** Passport's answer in the contract's words. */
@Injectable()
export class BearerGuard extends AuthGuard() {
  constructor(strategy: JwtStrategy) {
    // Passport makes a fresh copy of a strategy for each call only when it finds it by name; given the object, calls at
    // the same moment would overwrite each other's outcome. The name is this application's own, since names belong to
    // the process and a test runs several applications in one.
    const name = `jwt-${randomUUID()}`;
    passport.use(name, strategy);
    super({ defaultStrategy: name });
  }

  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error;
    if (user) return user;
    throw new AppError(
      'UNAUTHENTICATED',
      'The access token is not valid, or its session has ended. Sign in again.',
    );
  }
}
