import {
  ChoiceField,
  DateField,
  DateTimeField,
  IntegerField,
  ShapeField,
  ShapesField,
} from '../common/fields.js';

export const BUCKETS = ['5m', '1h', '1d'] as const;

export class UsageQuery {
  @DateTimeField({ optional: true, description: 'Default: a day before `to`.' }) from?: string;
  @DateTimeField({ optional: true, description: 'Default: now.' }) to?: string;
  @ChoiceField(BUCKETS, {
    optional: true,
    description: 'What a point of the series stands for, by UTC. Default: as fine as fits.',
  })
  bucket?: (typeof BUCKETS)[number];
}

export class UsageTotalsDto {
  @IntegerField({ description: 'Calls through the proxy that went out.' }) calls: number;
  @IntegerField({ description: 'Those that got no answer, half of one, or a status from 500.' })
  errors: number;
  @IntegerField({ description: 'Those that the provider turned away because of its limit.' })
  throttled: number;
  @IntegerField({ description: 'Times a program read the credential.' }) reads: number;
  @IntegerField({ nullable: true, description: 'Time to the headers of the answer.' }) average_ms:
    number | null;
  @IntegerField({ nullable: true, description: 'Half of the calls took up to this, read from a histogram.' })
  p50_ms: number | null;
  @IntegerField({ nullable: true }) p95_ms: number | null;
  @IntegerField({ nullable: true }) p99_ms: number | null;
}

export class UsagePointDto extends UsageTotalsDto {
  @DateField({ description: 'Its beginning.' }) at: Date;
}

export class UsageRateLimitDto {
  @IntegerField({ nullable: true }) limit: number | null;
  @IntegerField() remaining: number;
  @DateField({ nullable: true }) reset_at: Date | null;
}

export class UsageDto {
  @DateField() from: Date;
  @DateField() to: Date;
  @ChoiceField(BUCKETS) bucket: string;
  @ShapeField(() => UsageTotalsDto) totals: UsageTotalsDto;
  @ShapesField(() => UsagePointDto, { description: 'Oldest first, without a gap.' }) series: UsagePointDto[];
  @ShapeField(() => UsageRateLimitDto, {
    nullable: true,
    description: 'What the provider said last of its limit; null when it never did.',
  })
  rate_limit: UsageRateLimitDto | null;
}
