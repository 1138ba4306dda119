import { createParamDecorator, type ExecutionContext, SetMetadata, applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Actor, RequestOrigin } from './actor.js';

export const PUBLIC = 'latchkey:public';
export const PERMISSION = 'latchkey:permission';

/** What a route asks of its caller beside a session: a permission, membership of none, or the super admin. */
export type Requirement = { permission: string } | { signedIn: true } | { superAdmin: true };

export interface AuthenticatedRequest extends FastifyRequest {
  actor?: Actor;
}

/** Anyone may call this route. */
export const Public = () =>
  applyDecorators(SetMetadata(PUBLIC, true), ApiExtension('x-permission', 'public'));

/** The caller needs this permission, `resource:action`, in the session's organisation (in any scope). */
export const RequirePermission = (permission: string) =>
  applyDecorators(
    SetMetadata(PERMISSION, { permission } satisfies Requirement),
    ApiBearerAuth(),
    ApiExtension('x-permission', permission),
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
