import { Param, ParseUUIDPipe } from '@nestjs/common';
import { AppError } from './app-error.js';

/** An id in the path. What is not a UUID names nothing, so it is not found rather than invalid. */
export const UuidParam = (name: string, resource: string): ParameterDecorator =>
  Param(name, new ParseUUIDPipe({ exceptionFactory: () => AppError.notFound(resource) }));
