import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequireSuperAdmin } from '../common/decorators.js';
import { PageQuery, Pagination } from '../common/pagination.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import {
  KeyRotationDto,
  KeysDto,
  RetireKeyDto,
  RetirementDto,
  RotateKeyDto,
  UnreadableDto,
  UnreadableQuery,
  VerifySecretsDto,
} from './admin-keys.dto.js';
import { AdminKeysService } from './admin-keys.service.js';
import { KeyOperationsService } from './key-operations.service.js';

@ApiTags('Installation')
@Controller('admin/keys')
export class AdminKeysController {
  constructor(
    private readonly service: AdminKeysService,
    private readonly operations: KeyOperationsService,
  ) {}

  @Get()
  @Summary(
    'Where the root key is held, which keys organisations have, and what is done on them. Never a key.',
  )
  @RequireSuperAdmin()
  @Replies(200, { keys: KeysDto })
  @Fails('VALIDATION_FAILED')
  keys(@Query() query: PageQuery) {
    return this.service.keys(query);
  }

  @Get('unreadable')
  @Summary('Sealed values that could not be opened, the latest first. A value that is entered again leaves.')
  @RequireSuperAdmin()
  @Replies(200, { unreadable: [UnreadableDto], pagination: Pagination })
  @Fails('VALIDATION_FAILED')
  unreadable(@Query() query: UnreadableQuery) {
    return this.service.unreadable(query);
  }

  @Get('rotations/:id')
  @Summary('A rotation or verification, and how far it has come.')
  @RequireSuperAdmin()
  @Replies(200, { rotation: KeyRotationDto })
  @Fails('NOT_FOUND')
  rotation(@UuidParam('id', 'rotation') id: string) {
    return this.service.rotation(id);
  }

  @Post('rotate')
  @Summary(
    'Begins to rotate the root key or an organisation’s key, in the background. Everything stays readable.',
  )
  @RequireSuperAdmin()
  @Replies(202, { rotation: KeyRotationDto }, 'Begun.')
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT', 'UNAVAILABLE')
  rotate(@Auth() actor: Actor, @Body() dto: RotateKeyDto) {
    return this.operations.rotate(actor, dto);
  }

  @Post('rotations/:id/pause')
  @Summary('Pauses it at the end of its batch. Nothing that was done is lost.')
  @RequireSuperAdmin()
  @Replies(200, { rotation: KeyRotationDto })
  @Fails('NOT_FOUND', 'CONFLICT')
  pause(@Auth() actor: Actor, @UuidParam('id', 'rotation') id: string) {
    return this.operations.pause(actor, id);
  }

  @Post('rotations/:id/resume')
  @Summary('Goes on where it was paused or failed.')
  @RequireSuperAdmin()
  @Replies(200, { rotation: KeyRotationDto })
  @Fails('NOT_FOUND', 'CONFLICT')
  resume(@Auth() actor: Actor, @UuidParam('id', 'rotation') id: string) {
    return this.operations.resume(actor, id);
  }

  @Post('retire')
  @Summary('Destroys old versions of a key for good, once it is proved that nothing is sealed under them.')
  @RequireSuperAdmin()
  @Replies(200, { retirement: RetirementDto })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  retire(@Auth() actor: Actor, @Body() dto: RetireKeyDto) {
    return this.operations.retire(actor, dto);
  }

  @Post('verify')
  @Summary('Opens every sealed value in the background and notes those that do not open. No value is shown.')
  @RequireSuperAdmin()
  @Replies(202, { rotation: KeyRotationDto }, 'Begun.')
  @Fails('VALIDATION_FAILED', 'NOT_FOUND', 'CONFLICT')
  verify(@Auth() actor: Actor, @Body() dto: VerifySecretsDto) {
    return this.operations.verify(actor, dto);
  }
}
