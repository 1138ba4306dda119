import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { IdentityService } from '../identity/identity.service.js';
import { AccessTokens } from './access-tokens.js';
import type { TokensDto, UserDto } from './auth.dto.js';
import { type Principal, PrincipalsService } from './principals.service.js';
import type { Continuation } from './sessions.service.js';

/** What a signed-in person is told about themselves. */
@Injectable()
export class ProfileService {
  constructor(
    private readonly identity: IdentityService,
    private readonly principals: PrincipalsService,
    private readonly tokens: AccessTokens,
  ) {}

  async me(actor: Actor): Promise<{ user: UserDto }> {
    return { user: await this.describe(actor) };
  }

  tokensOf(session: Continuation): TokensDto {
    return {
      ...this.tokens.sign(session.userId, session.sessionId, session.organizationId),
      refresh_token: session.refreshToken,
    };
  }

  /** The answer to a sign-in. */
  async signedIn(session: Continuation): Promise<{ user: UserDto; tokens: TokensDto }> {
    const principal = await this.principals.load({
      sub: session.userId,
      sid: session.sessionId,
      ...(session.organizationId ? { org: session.organizationId } : {}),
      jti: '',
      exp: Number.MAX_SAFE_INTEGER,
    });
    if (!principal) throw new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.');
    return { user: await this.describe(principal), tokens: this.tokensOf(session) };
  }

  private async describe(principal: Omit<Principal, 'validUntil'>): Promise<UserDto> {
    const user = await this.identity.findUser(principal.userId);
    if (!user) throw AppError.notFound('account');
    const organizations = await this.identity.membershipsOf(user.id);
    const active = organizations.find((membership) => membership.id === principal.organizationId);
    return {
      id: user.id,
      email: user.email,
      full_name: user.fullName,
      avatar_url: user.avatarUrl,
      role: principal.role,
      is_super_admin: user.isSuperAdmin,
      email_verified: user.emailVerified,
      organization_id: active?.id ?? null,
      organization: active ? { id: active.id, name: active.name, slug: active.slug } : null,
      organizations,
      permissions: [...principal.permissions.keys()].sort(),
      created_at: user.createdAt,
    };
  }
}
