import { type ArgumentMetadata, Injectable, Param, ParseUUIDPipe } from '@nestjs/common';
import { AppError } from './app-error.js';

/** Small letters, as the database writes them: what is kept or counted by id must not be there twice. */
@Injectable()
class UuidPipe extends ParseUUIDPipe {
  override async transform(value: string, metadata: ArgumentMetadata): Promise<string> {
    const id: string = (await super.transform(value, metadata))!;
    return id.toLowerCase();
  }
}

/** An id in the path. What is not a UUID names nothing, so it is not found rather than invalid. */
export const UuidParam = (name: string, resource: string): ParameterDecorator =>
  Param(name, new UuidPipe({ exceptionFactory: () => AppError.notFound(resource) }));
