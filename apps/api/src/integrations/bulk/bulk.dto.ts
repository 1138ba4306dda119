import {
  ChoiceField,
  DateField,
  IntegerField,
  NestedField,
  ShapesField,
  TextField,
  UuidField,
  UuidsField,
} from '../../common/fields.js';
import { STATUSES } from '../integration.entity.js';

export const BULK_ACTIONS = ['test', 'refresh_tokens', 'enable', 'disable', 'delete', 'set_teams'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

const BULK_STATUSES = ['queued', 'running', 'completed', 'cancelled', 'failed'] as const;
export type BulkStatus = (typeof BULK_STATUSES)[number];

const ITEM_STATUSES = ['queued', 'running', 'done', 'failed', 'skipped'] as const;
export type BulkItemStatus = (typeof ITEM_STATUSES)[number];

/** In one operation; what is left is for another. */
export const MOST_INTEGRATIONS = 1000;

/** Like the filter of the list. */
export class BulkFilterDto {
  @ChoiceField(STATUSES, { optional: true }) status?: string;
  @TextField({ optional: true, max: 50, example: 'argocd' }) type?: string;
  @TextField({ optional: true, max: 50, example: 'ci_cd' }) category?: string;
  @UuidField({ optional: true }) team?: string;
  @TextField({ optional: true, max: 200 }) q?: string;
}

export class StartBulkDto {
  @UuidsField({
    optional: true,
    max: MOST_INTEGRATIONS,
    description: `The integrations, at most ${MOST_INTEGRATIONS}. Either these or a filter.`,
  })
  ids?: string[];
  @NestedField(() => BulkFilterDto, {
    optional: true,
    description:
      'Those that the list shows the caller with this filter; `{}` is all of them. It may leave at most ' +
      `${MOST_INTEGRATIONS}.`,
  })
  filter?: BulkFilterDto;
  @ChoiceField(BULK_ACTIONS) action: BulkAction;
  @IntegerField({
    optional: true,
    min: 1,
    description: 'For `delete`: how many integrations will be deleted. Another number is refused.',
  })
  confirm?: number;
  @UuidsField({ optional: true, description: 'For `set_teams`: these and no others; none means everybody.' })
  team_ids?: string[];
}

export class BulkOperationDto {
  @UuidField() id: string;
  @ChoiceField(BULK_ACTIONS) action: string;
  @ChoiceField(BULK_STATUSES, {
    description: '`failed`: it could not go on; what an integration failed with is said of that.',
  })
  status: string;
  @IntegerField({ example: 12, description: 'Integrations; in the end, done, failed and skipped together.' })
  total: number;
  @IntegerField({ example: 10 }) done: number;
  @IntegerField({ example: 1 }) failed: number;
  @IntegerField({ example: 1, description: 'Nothing was to be done, or it was cancelled before they began.' })
  skipped: number;
  @DateField() created_at: Date;
  @DateField({ nullable: true }) finished_at: Date | null;
}

export class BulkItemDto {
  @UuidField() integration_id: string;
  @TextField({ example: 'Production ArgoCD' }) name: string;
  @ChoiceField(ITEM_STATUSES) status: string;
  @TextField({ nullable: true, example: 'Connection successful', description: 'How it went.' }) message:
    string | null;
}

export class BulkOperationDetailsDto extends BulkOperationDto {
  @ShapesField(() => BulkItemDto) items: BulkItemDto[];
}
