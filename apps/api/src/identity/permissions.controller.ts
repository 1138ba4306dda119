import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequireSession } from '../common/decorators.js';
import { TextField } from '../common/fields.js';
import { Replies, Summary } from '../common/replies.js';
import { PERMISSIONS } from './permissions.js';

export class PermissionDto {
  @TextField({ example: 'integrations:read' }) name: string;
  @TextField({ example: 'See integrations, their state, logs and health' }) description: string;
}

@ApiTags('Organisations')
@Controller('permissions')
export class PermissionsController {
  @Get()
  @Summary('Everything a role can allow.')
  @RequireSession()
  @Replies(200, { permissions: [PermissionDto] })
  list() {
    return { permissions: PERMISSIONS };
  }
}
