import { applyDecorators, Body, Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, RequestOrigin } from '../common/actor.js';
import { Auth, Origin, Public, RequireSession } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { LoginDto, RefreshDto, RegisterDto, TokensDto, UserDto } from './auth.dto.js';
import { AuthService } from './auth.service.js';
import { ProfileService } from './profile.service.js';
import { RateLimit } from './rate-limit.guard.js';
import { RefreshCookie } from './refresh-cookie.js';
import { RegistrationService } from './registration.service.js';
import { SessionsService } from './sessions.service.js';

const BrowserMode = () =>
  applyDecorators(
    UseGuards(RefreshCookie),
    ApiHeader({
      name: 'X-Session-Mode',
      required: false,
      enum: ['cookie'],
      description: 'The refresh token travels in an HttpOnly cookie.',
    }),
  );

@ApiTags('Auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly registration: RegistrationService,
    private readonly sessions: SessionsService,
    private readonly profile: ProfileService,
    private readonly cookie: RefreshCookie,
  ) {}

  @Post('register')
  @Summary(
    'Creates an account, and an organisation when one is named. The first account administers the installation.',
  )
  @Public()
  @BrowserMode()
  @RateLimit('register', 100, 3600)
  @Replies(201, { user: UserDto, tokens: TokensDto })
  @Fails('VALIDATION_FAILED', 'FORBIDDEN', 'CONFLICT', 'RATE_LIMITED')
  async register(
    @Body() dto: RegisterDto,
    @Origin() origin: RequestOrigin,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.cookie.carry(
      request,
      reply,
      await this.profile.signedIn(await this.registration.register(dto, origin)),
    );
  }

  @Post('login')
  @Summary('Signs in.')
  @Public()
  @BrowserMode()
  @Replies(200, { user: UserDto, tokens: TokensDto })
  @Fails('VALIDATION_FAILED', 'INVALID_CREDENTIALS', 'FORBIDDEN', 'ACCOUNT_LOCKED', 'RATE_LIMITED')
  async login(
    @Body() dto: LoginDto,
    @Origin() origin: RequestOrigin,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.cookie.carry(request, reply, await this.profile.signedIn(await this.auth.login(dto, origin)));
  }

  @Post('refresh-token')
  @Summary('Exchanges a refresh token for the next one. A token that was used before ends the session.')
  @Public()
  @BrowserMode()
  @Replies(200, { tokens: TokensDto })
  @Fails('VALIDATION_FAILED', 'UNAUTHENTICATED', 'TOKEN_REUSED', 'FORBIDDEN')
  async refresh(
    @Body() dto: RefreshDto,
    @Origin() origin: RequestOrigin,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const session = await this.sessions.rotate(this.cookie.read(request, dto.refresh_token), origin);
    return this.cookie.carry(request, reply, { tokens: this.profile.tokensOf(session) });
  }

  @Post('logout')
  @Summary('Ends the session at once: its access tokens too.')
  @RequireSession()
  @Replies(200, {})
  @Fails('UNAUTHENTICATED')
  logout(@Auth() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply) {
    this.cookie.clear(reply);
    return this.auth.logout(actor);
  }

  @Get('me')
  @Summary('The signed-in person, their organisations, and what they may do in the active one.')
  @RequireSession()
  @Replies(200, { user: UserDto })
  @Fails('UNAUTHENTICATED')
  me(@Auth() actor: Actor) {
    return this.profile.me(actor);
  }
}
