import { createParamDecorator, type ExecutionContext, SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Actor, ProgramActor, RequestOrigin } from './actor.js';

export const PUBLIC = 'latchkey:public';
export const PERMISSION = 'latchkey:permission';

/**
 * What a route asks of its caller: a person with a permission (or a program with a scope, where one is named), any
 * signed-in person, the super admin, or a program with a scope.
 */
export type Requirement =
  { permission: string; scope?: string } | { signedIn: true } | { superAdmin: true } | { scope: string };

export interface AuthenticatedRequest extends FastifyRequest {
  actor?: Actor;
  /** Instead of an actor, when a service token made the call. */
  program?: ProgramActor;
}

/** Anyone may call this route. */
export const Public = () =>
  applyDecorators(SetMetadata(PUBLIC, true), ApiExtension('x-permission', 'public'));

/**
 * The caller needs this permission, `resource:action`, in the session's organisation (in any scope).
 * @param scope programs whose service token has it may call too.
 */
export const RequirePermission = (permission: string, scope?: string) =>
  applyDecorators(
    SetMetadata(PERMISSION, { permission, ...(scope ? { scope } : {}) } satisfies Requirement),
    ApiBearerAuth(),
    ApiExtension('x-permission', permission),
    ...(scope ? [ApiExtension('x-scope', scope)] : []),
  );

/** For programs alone: a service token with this scope. A person's token is refused, whatever their role. */
export const RequireScope = (scope: string) =>
  applyDecorators(
    SetMetadata(PERMISSION, { scope } satisfies Requirement),
    ApiBearerAuth(),
    ApiExtension('x-permission', `scope ${scope}`),
    ApiExtension('x-scope', scope),
  );

/** Any signed-in person, for what is their own. */
export const RequireSession = () =>
  applyDecorators(
    SetMetadata(PERMISSION, { signedIn: true } satisfies Requirement),
    ApiBearerAuth(),
    ApiExtension('x-permission', 'own'),
  );

export const RequireSuperAdmin = () =>
  applyDecorators(
    SetMetadata(PERMISSION, { superAdmin: true } satisfies Requirement),
    ApiBearerAuth(),
    ApiExtension('x-permission', 'super_admin'),
  );

/** The caller, as the guard found them. */
export const Auth = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!actor) throw new Error('@Auth() on a route that the guard let through without an actor');
  return actor;
});

/** The program, on routes that ask for a scope. */
export const Program = createParamDecorator((_: unknown, context: ExecutionContext): ProgramActor => {
  const { program } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  if (!program) throw new Error('@Program() on a route that the guard let through without a program');
  return program;
});

/** The person or the program, on routes that take both. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Actor | ProgramActor => {
  const { actor, program } = context.switchToHttp().getRequest<AuthenticatedRequest>();
  const caller = actor ?? program;
  if (!caller) throw new Error('@Caller() on a route that the guard let through without one');
  return caller;
});

export function originOf(request: FastifyRequest): RequestOrigin {
  return {
    ip: request.ip ?? null,
    userAgent: request.headers['user-agent']?.slice(0, 400) ?? null,
    requestId: request.id,
  };
}

/** Where the call came from, on routes that have no actor yet. */
export const Origin = createParamDecorator((_: unknown, context: ExecutionContext): RequestOrigin =>
  originOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
