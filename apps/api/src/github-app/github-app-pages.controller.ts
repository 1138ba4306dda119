import { applyDecorators, Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimit } from '../auth/rate-limit.guard.js';
import { Public } from '../common/decorators.js';
import { Fails, Summary } from '../common/replies.js';
import { GitHubAppPages } from './github-app-pages.service.js';

const ApiParameters = (parameters: Record<string, string>) =>
  applyDecorators(
    ...Object.entries(parameters).map(([name, description]) =>
      ApiQuery({ name, description, required: false, schema: { type: 'string' } }),
    ),
  );

const Lands = (where: string) => ApiResponse({ status: 303, description: where });
const RESULT =
  'To `/connect/result?flow=&outcome=connected|failed|pending&code=&integration=` of the web app.';

type Parameters = Record<string, unknown>;

/** Where browsers come by on their way to GitHub and back. The state and the cookie of the flow say who comes. */
@ApiTags('GitHub App')
@Controller('github-app')
export class GitHubAppPagesController {
  constructor(private readonly pages: GitHubAppPages) {}

  @Get('manifest/form')
  @Summary('The page that takes the manifest of a new App to GitHub, which takes it by a form only.')
  @Public()
  @RateLimit('github_app_pages', 600, 600)
  @ApiParameters({ state: 'As POST /github-app/manifest gave it.' })
  @ApiResponse({
    status: 200,
    description: 'A page with one button.',
    content: { 'text/html': { schema: { type: 'string' } } },
  })
  @Fails('VALIDATION_FAILED', 'RATE_LIMITED')
  async form(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Parameters,
  ): Promise<void> {
    await this.pages.form(request, reply, query);
  }

  @Get('manifest/callback')
  @Summary('Where GitHub sends the browser when it has made the App.')
  @Public()
  @RateLimit('github_app_pages', 600, 600)
  @ApiParameters({ state: 'As it was sent.', code: 'What is exchanged for the App’s keys.' })
  @Lands(RESULT)
  @Fails('VALIDATION_FAILED', 'RATE_LIMITED')
  async made(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Parameters,
  ): Promise<void> {
    await reply.redirect(await this.pages.made(request, reply, query), 303);
  }

  @Get('install')
  @Summary('An address to link to: it leads to the page of the web app that begins an installation.')
  @Public()
  @Lands('To `/integrations/new?type=github&method=app` of the web app.')
  async install(@Res() reply: FastifyReply): Promise<void> {
    await reply.redirect(this.pages.install(), 303);
  }

  @Get('setup')
  @Summary(
    'The setup URL of the App: where GitHub sends the browser after an installation, a change of one, or a request to ' +
      'its owners. The installation’s number proves nothing, so the browser goes on to authorise the App as a person.',
  )
  @Public()
  @RateLimit('github_app_pages', 600, 600)
  @ApiParameters({
    installation_id: 'The number of the installation.',
    setup_action: '`install`, `update` or `request`.',
    state: 'As it was sent, where the installation was begun in Latchkey.',
    app: 'Which App, in the address that its manifest gave.',
  })
  @Lands('To GitHub, to `/github-app/claim` or to `/connect/result` of the web app.')
  @Fails('VALIDATION_FAILED', 'RATE_LIMITED')
  async setup(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Parameters,
  ): Promise<void> {
    await reply.redirect(await this.pages.setup(request, reply, query), 303);
  }

  @Get('callback')
  @Summary('The callback URL of the App: where GitHub sends a person who has authorised it.')
  @Public()
  @RateLimit('github_app_pages', 600, 600)
  @ApiParameters({
    state: 'As it was sent.',
    code: 'What is exchanged for a token of the person.',
    error: 'Why there is no code.',
  })
  @Lands(RESULT)
  @Fails('VALIDATION_FAILED', 'RATE_LIMITED')
  async callback(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Query() query: Parameters,
  ): Promise<void> {
    await reply.redirect(await this.pages.callback(request, reply, query), 303);
  }
}
