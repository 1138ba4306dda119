import { Injectable, type PipeTransform } from '@nestjs/common';
import { AppError } from '../common/app-error.js';

/** A body whose fields a manifest settles: an object, and nothing more is known here. */
@Injectable()
export class JsonObject implements PipeTransform<unknown, Record<string, unknown>> {
  transform(value: unknown): Record<string, unknown> {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
    throw new AppError('VALIDATION_FAILED', 'The request body must be a JSON object.');
  }
}
