import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequirePermission, RequireSession } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import { OrganizationDetailsDto, UpdateOrganizationDto } from './organization.dto.js';
import { OrganizationsService } from './organizations.service.js';

@ApiTags('Organisations')
@Controller('organizations/:id')
export class OrganizationsController {
  constructor(private readonly service: OrganizationsService) {}

  @Get()
  @Summary('The organisation of the session, with its settings.')
  @RequireSession()
  @Replies(200, { organization: OrganizationDetailsDto })
  @Fails('NOT_FOUND')
  get(@Auth() actor: Actor, @UuidParam('id', 'organisation') id: string) {
    return this.service.get(actor, id);
  }

  @Patch()
  @Summary('Changes its name or settings.')
  @RequirePermission('organization:update')
  @Replies(200, { organization: OrganizationDetailsDto })
  @Fails('VALIDATION_FAILED', 'NOT_FOUND')
  update(
    @Auth() actor: Actor,
    @UuidParam('id', 'organisation') id: string,
    @Body() dto: UpdateOrganizationDto,
  ) {
    return this.service.update(actor, id, dto);
  }
}
