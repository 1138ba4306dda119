import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../common/new-id.js';
import type { CursorPosition } from '../common/pagination.js';
import { Database } from '../database/database.js';
import type { NotificationDto, NotificationKind } from './notification.dto.js';

export interface NewNotification {
  eventId: string;
  kind: NotificationKind;
  title: string;
  message: string;
  integrationId: string;
}

const COLUMNS = 'id, kind, title, message, integration_id, read_at, created_at';

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  /** @returns false when the person was told of this event before. */
  async insert(
    manager: EntityManager,
    organizationId: string,
    userId: string,
    at: Date,
    made: NewNotification,
  ): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO notifications (organization_id, id, user_id, event_id, kind, title, message, integration_id, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (organization_id, event_id, user_id) DO NOTHING RETURNING id`,
      [
        organizationId,
        newId(),
        userId,
        made.eventId,
        made.kind,
        made.title,
        made.message,
        made.integrationId,
        at,
      ],
    );
    return rows.length > 0;
  }

  list(
    organizationId: string,
    userId: string,
    filter: { unread: boolean; before?: CursorPosition; limit: number },
  ): Promise<{ rows: NotificationDto[]; unread: number }> {
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<NotificationDto[]>(
        `SELECT ${COLUMNS} FROM notifications
         WHERE organization_id = $1 AND user_id = $2 AND (NOT $3 OR read_at IS NULL)
           AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
         ORDER BY created_at DESC, id DESC LIMIT $6`,
        [
          organizationId,
          userId,
          filter.unread,
          filter.before?.at ?? null,
          filter.before?.id ?? null,
          filter.limit,
        ],
      );
      const [counted] = await manager.query<{ unread: number }[]>(
        'SELECT count(*)::int AS unread FROM notifications WHERE organization_id = $1 AND user_id = $2 AND read_at IS NULL',
        [organizationId, userId],
      );
      return { rows, unread: counted?.unread ?? 0 };
    });
  }

  async markRead(
    manager: EntityManager,
    organizationId: string,
    userId: string,
    id: string,
    at: Date,
  ): Promise<NotificationDto | undefined> {
    const [rows] = await manager.query<[NotificationDto[], number]>(
      `UPDATE notifications SET read_at = coalesce(read_at, $4)
       WHERE organization_id = $1 AND user_id = $2 AND id = $3 RETURNING ${COLUMNS}`,
      [organizationId, userId, id, at],
    );
    return rows[0];
  }

  async markAllRead(
    manager: EntityManager,
    organizationId: string,
    userId: string,
    at: Date,
  ): Promise<number> {
    const [, count] = await manager.query<[unknown[], number]>(
      'UPDATE notifications SET read_at = $3 WHERE organization_id = $1 AND user_id = $2 AND read_at IS NULL',
      [organizationId, userId, at],
    );
    return count;
  }

  async purge(before: Date): Promise<void> {
    await this.database.asSystem('DELETE FROM notifications WHERE created_at < $1', [before]);
  }
}
