import { sentence } from './format';

/** The body of every failed answer of the API. */
interface ErrorBody {
  error: { code: string; message: string; details?: Record<string, unknown> | null; request_id?: string };
}

/** A refused or failed call. `code` is the API's, or `NETWORK` when no answer came. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly details: Record<string, unknown> = {},
    readonly requestId: string | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export function networkError(cause: unknown): ApiError {
  const error = new ApiError(
    'NETWORK',
    'Latchkey did not answer. Check that the server runs and that you are online, then try again.',
    0,
  );
  error.cause = cause;
  return error;
}

/** A proxy in between has error bodies of its own. */
function isErrorBody(body: unknown): body is ErrorBody {
  const error = (body as Partial<ErrorBody> | null | undefined)?.error;
  return typeof error?.code === 'string' && typeof error.message === 'string';
}

export function toApiError(body: unknown, response: Response): ApiError {
  const requestId = response.headers.get('x-request-id');
  if (isErrorBody(body)) {
    const { code, message, details, request_id: id } = body.error;
    return new ApiError(code, message, response.status, details ?? {}, id ?? requestId);
  }
  const message =
    response.status >= 500
      ? 'The server had a problem with this. Try again in a moment.'
      : 'The server refused this request.';
  return new ApiError('UNKNOWN', message, response.status, {}, requestId);
}

/** Plain words for whatever was thrown. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return 'Something unexpected happened in the page. Try again, or reload it.';
}

/** The messages of a `VALIDATION_FAILED` answer by field path (`config.server_url`); empty for any other error. */
export function fieldErrorsOf(error: unknown): Record<string, string[]> {
  if (!(error instanceof ApiError) || error.code !== 'VALIDATION_FAILED') return {};
  return Object.fromEntries(
    Object.entries(error.details).flatMap(([field, messages]) => {
      if (Array.isArray(messages)) return [[field, messages.map((text) => sentence(String(text)))]];
      return typeof messages === 'string' ? [[field, [sentence(messages)]]] : [];
    }),
  );
}

/** The field errors under `prefix.`, with the prefix taken off. */
export function fieldErrorsUnder(errors: Record<string, string[]>, prefix: string): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(errors)
      .filter(([field]) => field.startsWith(`${prefix}.`))
      .map(([field, messages]) => [field.slice(prefix.length + 1), messages]),
  );
}
