import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { Actor, ProgramActor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import {
  type AuthenticatedRequest,
  originOf,
  PERMISSION,
  PUBLIC,
  type Requirement,
} from '../common/decorators.js';
import { ProgramAuthenticator, SERVICE_TOKEN_PREFIX } from '../common/program-authenticator.js';
import { BearerGuard } from './bearer.guard.js';
import { type Principal, PrincipalsService } from './principals.service.js';

type Rule = 'public' | 'undeclared' | Requirement;
type Handler = ReturnType<ExecutionContext['getHandler']>;

const SIGN_IN = 'Sign in, and send the access token as Authorization: Bearer.';
const SEND_TOKEN = 'Make a service token, and send it as Authorization: Bearer lk_….';

const isForPrograms = (rule: Requirement): boolean => 'scope' in rule && !('permission' in rule);

const BEARER = /^Bearer +(\S+)$/i;

/**
 * Refuses every route that does not say who may call it. A token that was checked within the last second is
 * recalled; any other goes through passport's strategy.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  private readonly rules = new WeakMap<Handler, Rule>();
  private programs: ProgramAuthenticator | undefined;

  constructor(
    private readonly reflector: Reflector,
    private readonly principals: PrincipalsService,
    private readonly bearer: BearerGuard,
    private readonly modules: ModuleRef,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = this.ruleOf(context);
    if (rule === 'public') return true;
    if (rule === 'undeclared')
      throw new AppError('FORBIDDEN', 'This route says nothing about who may call it, so nobody may.');
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (!token) throw new AppError('UNAUTHENTICATED', isForPrograms(rule) ? SEND_TOKEN : SIGN_IN);
    if (token.startsWith(SERVICE_TOKEN_PREFIX)) return this.authenticateProgram(request, token, rule);
    const known = this.principals.recall(token);
    if (known) return this.admit(request, known, rule);
    return this.authenticate(context, request, token, rule);
  }

  private ruleOf(context: ExecutionContext): Rule {
    const handler = context.getHandler();
    let rule = this.rules.get(handler);
    if (!rule) {
      const targets = [handler, context.getClass()];
      if (this.reflector.getAllAndOverride<boolean>(PUBLIC, targets)) rule = 'public';
      else
        rule = this.reflector.getAllAndOverride<Requirement | undefined>(PERMISSION, targets) ?? 'undeclared';
      this.rules.set(handler, rule);
    }
    return rule;
  }

  private async authenticate(
    context: ExecutionContext,
    request: AuthenticatedRequest,
    token: string,
    rule: Requirement,
  ): Promise<boolean> {
    await this.bearer.canActivate(context);
    const principal = (request as unknown as { user: Principal }).user;
    this.principals.remember(token, principal);
    return this.admit(request, principal, rule);
  }

  private authenticateProgram(
    request: AuthenticatedRequest,
    token: string,
    rule: Requirement,
  ): boolean | Promise<boolean> {
    // Looked up late: what answers stands above this module.
    const programs = (this.programs ??= this.modules.get<ProgramAuthenticator>(ProgramAuthenticator, {
      strict: false,
    }));
    const program = programs.authenticate(token, originOf(request));
    return program instanceof Promise
      ? program.then((found) => this.admitProgram(request, found, rule))
      : this.admitProgram(request, program, rule);
  }

  private admitProgram(request: AuthenticatedRequest, program: ProgramActor, rule: Requirement): boolean {
    request.program = program;
    if (!('scope' in rule) || rule.scope === undefined)
      return this.deny('session', 'This route is for people. A service token cannot call it: sign in.');
    if (program.scopes.has(rule.scope)) return true;
    return this.deny(
      rule.scope,
      `This service token does not have the scope ${rule.scope}. Make one that has it.`,
    );
  }

  private admit(
    request: AuthenticatedRequest,
    principal: Principal,
    rule: Requirement,
  ): boolean | Promise<boolean> {
    const actor: Actor = { ...principal, origin: originOf(request) };
    request.actor = actor;
    if ('signedIn' in rule) return true;
    if ('superAdmin' in rule) {
      return (
        actor.isSuperAdmin ||
        this.deny('super_admin', 'Only an administrator of this installation may do this.')
      );
    }
    if (!('permission' in rule))
      return this.deny(
        rule.scope,
        `This route is for programs: call it with a service token that has the scope ${rule.scope}.`,
      );
    if (actor.permissions.has(rule.permission)) return true;
    const reason = actor.organizationId
      ? `Your role does not include ${rule.permission}. Ask an admin of your organisation.`
      : 'You are in no organisation. Create one or accept an invitation first.';
    return this.deny(rule.permission, reason);
  }

  /** The error filter has it recorded. */
  private deny(permission: string, reason: string): never {
    throw new AppError('FORBIDDEN', reason, { details: { permission } });
  }
}
