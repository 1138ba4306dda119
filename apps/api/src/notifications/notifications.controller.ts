import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Actor } from '../common/actor.js';
import { Auth, RequireSession } from '../common/decorators.js';
import { Fails, Replies, Summary } from '../common/replies.js';
import { UuidParam } from '../common/uuid-param.js';
import { NotificationDto, NotificationsQuery } from './notification.dto.js';
import { NotificationsService } from './notifications.service.js';

@ApiTags('Notifications')
@Controller('notifications')
@RequireSession()
export class NotificationsController {
  constructor(private readonly service: NotificationsService) {}

  @Get()
  @Summary('What the caller was told in the active organisation, newest first.')
  @Replies(200, {
    notifications: [NotificationDto],
    unread_count: { type: 'integer' },
    next_cursor: { type: ['string', 'null'] },
  })
  @Fails('VALIDATION_FAILED')
  list(@Auth() actor: Actor, @Query() query: NotificationsQuery) {
    return this.service.list(actor, query);
  }

  @Post('read-all')
  @Summary('Marks everything read.')
  @Replies(200, { read: { type: 'integer' } })
  markAllRead(@Auth() actor: Actor) {
    return this.service.markAllRead(actor);
  }

  @Post(':id/read')
  @Summary('Marks one read.')
  @Replies(200, { notification: NotificationDto })
  @Fails('NOT_FOUND')
  markRead(@Auth() actor: Actor, @UuidParam('id', 'notification') id: string) {
    return this.service.markRead(actor, id);
  }
}
