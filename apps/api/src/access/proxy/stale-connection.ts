import { EgressError } from '../../egress/egress.error.js';

/** RFC 9110, 9.2.2: carried out twice they do what they do once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
const CLOSED = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

function isClosedWithoutAnswer(error: unknown): boolean {
  if (!(error instanceof EgressError) || error.kind !== 'refused') return false;
  for (let cause: unknown = error.cause; cause instanceof Object; cause = (cause as Error).cause)
    if (CLOSED.has(String((cause as { code?: unknown }).code))) return true;
  return false;
}

/**
 * A provider may close an idle connection in the moment in which it is used again; nothing was answered then. What can
 * be repeated is sent once more, on another connection (RFC 9110, 9.2.2: a client may retry by itself then).
 */
export async function pastStaleConnection<T>(
  method: string,
  repeatable: boolean,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!repeatable || !IDEMPOTENT.has(method) || !isClosedWithoutAnswer(error)) throw error;
    return send();
  }
}
