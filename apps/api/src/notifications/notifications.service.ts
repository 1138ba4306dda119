import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, organizationOf } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { cursorPage, decodeCursor } from '../common/pagination.js';
import { Database } from '../database/database.js';
import type { NotificationDto, NotificationsQuery } from './notification.dto.js';
import { NotificationsRepository } from './notifications.repository.js';

interface NotificationPage {
  notifications: NotificationDto[];
  unread_count: number;
  next_cursor: string | null;
}

/** What a person was told. */
@Injectable()
export class NotificationsService {
  constructor(
    private readonly repository: NotificationsRepository,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async list(actor: Actor, query: NotificationsQuery): Promise<NotificationPage> {
    if (!actor.organizationId) return { notifications: [], unread_count: 0, next_cursor: null };
    const { rows: found, unread } = await this.repository.list(actor.organizationId, actor.userId, {
      unread: query.unread === 'true',
      before: decodeCursor(query.cursor),
      limit: query.limit + 1,
    });
    const { rows, nextCursor } = cursorPage(
      found.map((row) => ({ ...row, at: row.created_at })),
      query.limit,
    );
    return {
      notifications: rows.map(({ at: _at, ...row }) => row),
      unread_count: unread,
      next_cursor: nextCursor,
    };
  }

  async markRead(actor: Actor, id: string): Promise<{ notification: NotificationDto }> {
    const organizationId = organizationOf(actor);
    return this.database.tenant(organizationId, async (manager) => {
      const notification = await this.repository.markRead(
        manager,
        organizationId,
        actor.userId,
        id,
        this.clock.date(),
      );
      if (!notification) throw AppError.notFound('notification');
      await this.audit.record(manager, organizationId, {
        actor,
        action: 'notification.read',
        resourceType: 'notification',
        resourceId: id,
        outcome: 'success',
      });
      return { notification };
    });
  }

  async markAllRead(actor: Actor): Promise<{ read: number }> {
    const organizationId = organizationOf(actor);
    return this.database.tenant(organizationId, async (manager) => {
      const read = await this.repository.markAllRead(
        manager,
        organizationId,
        actor.userId,
        this.clock.date(),
      );
      await this.audit.record(manager, organizationId, {
        actor,
        action: 'notification.read',
        resourceType: 'notification',
        resourceId: null,
        outcome: 'success',
        metadata: { read },
      });
      return { read };
    });
  }

  purge(before: Date): Promise<void> {
    return this.repository.purge(before);
  }
}
