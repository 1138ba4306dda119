import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../common/decorators.js';
import { Replies, Summary } from '../common/replies.js';
import { InstallationDto } from './admin.dto.js';
import { AdminService } from './admin.service.js';

@ApiTags('Installation')
@Controller()
export class AdminController {
  constructor(private readonly service: AdminService) {}

  @Get('installation')
  @Summary(
    'Whether the first account exists, and who may register. Where the key is kept is told until it does.',
  )
  @Public()
  @Replies(200, { installation: InstallationDto })
  installation() {
    return this.service.installation();
  }
}
