import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { AppError } from './app-error.js';

function collect(
  errors: ValidationError[],
  prefix: string,
  into: Record<string, string[]>,
): Record<string, string[]> {
  for (const error of errors) {
    const path = prefix ? `${prefix}.${error.property}` : error.property;
    const rules = Object.entries(error.constraints ?? {});
    const missing = rules.length > 0 && error.value === undefined;
    const messages = missing
      ? ['is required']
      : rules.map(([rule, message]) => (rule === 'whitelistValidation' ? 'is not a known field' : message));
    if (messages.length > 0) into[path.slice(0, 200)] = messages;
    collect(error.children ?? [], path, into);
  }
  return into;
}

/** Unknown fields are refused and nothing is converted: a number is not a string. */
export const requestValidation = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    stopAtFirstError: true,
    forbidUnknownValues: true,
    validationError: { target: false },
    exceptionFactory: (errors) => AppError.invalid(collect(errors, '', {})),
  });
