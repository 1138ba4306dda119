import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Public, RequirePermission } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { IntegrationTypeDto, IntegrationTypesQuery } from './catalogue.dto.js';
import { CatalogueService } from './catalogue.service.js';

@ApiTags('Integration types')
@Controller('integration-types')
export class CatalogueController {
  constructor(private readonly service: CatalogueService) {}

  @Get()
  @Summary('The services that can be connected, each with the schemas of its forms.')
  @RequirePermission('integrations:read')
  @Replies(200, { integration_types: [IntegrationTypeDto] })
  @Fails('VALIDATION_FAILED')
  list(@Query() query: IntegrationTypesQuery) {
    return this.service.list(query);
  }

  @Get(':type_id')
  @Summary('One type and its schemas.')
  @RequirePermission('integrations:read')
  @Replies(200, { integration_type: IntegrationTypeDto })
  @Fails('NOT_FOUND')
  get(@Param('type_id') id: string) {
    return this.service.get(id);
  }

  @Get(':type_id/logo')
  @Summary('Its picture, for an `img` element.')
  @Public()
  @Header('cache-control', 'public, max-age=86400')
  @ApiProduces('image/svg+xml')
  @ApiResponse({ status: 200, description: 'An SVG image.' })
  @Fails('NOT_FOUND')
  logo(@Param('type_id') id: string) {
    return new StreamableFile(this.service.logo(id), { type: 'image/svg+xml' });
  }
}
