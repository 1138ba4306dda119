import type { FastifyReply } from 'fastify';
import type { ProxyAnswer } from './proxy-call.js';

/** What a provider's page may do on our origin: nothing. */
const CONTENT_SECURITY_POLICY = "sandbox; default-src 'none'";

/** In one string with the headers, such a body goes out with one system call instead of a slower one for several parts. */
const ONE_WRITE_BYTES = 16 * 1024;

/**
 * Passes a provider's answer on, at the pace of whoever is slower. When it breaks off, so does the caller's
 * connection: an answer that was cut short must not look whole.
 * @param idleMs how long the end of an answer may wait to be taken
 */
export function sendAnswer(reply: FastifyReply, answer: ProxyAnswer, idleMs: number): void {
  const { raw, request } = reply;
  const { status, headers, chunks, complete, body, broken } = answer;
  if (complete && request.method !== 'HEAD' && status !== 204 && status !== 304) {
    headers['content-length'] ??= String(chunks.reduce((sum, { length }) => sum + length, 0));
  }
  // Forbidden there (RFC 9110, 8.6), and a client that believes it waits for bytes that never come.
  if (status === 204) delete headers['content-length'];
  reply.hijack();
  raw.writeHead(status, {
    ...headers,
    ...(reply.getHeaders() as Record<string, string>),
    'content-security-policy': CONTENT_SECURITY_POLICY,
  });
  const [only] = chunks;
  const end = (last?: Buffer): void => {
    if (last) raw.end(last.toString('latin1'), 'latin1');
    else raw.end();
    if (raw.writableLength === 0) return;
    const timer = setTimeout(() => raw.destroy(), idleMs);
    raw.once('close', () => clearTimeout(timer));
  };
  if (complete && chunks.length === 1 && only!.length <= ONE_WRITE_BYTES) return end(only);
  for (const chunk of chunks) raw.write(chunk);
  if (complete) return end();
  const breakOff = (): void => {
    broken();
    raw.destroy();
  };
  if (body.errored) return breakOff();
  let begun = chunks.length > 0;
  body
    .on('data', (chunk: Buffer) => {
      begun = true;
      if (!raw.write(chunk)) body.pause();
    })
    .on('end', () => end())
    .on('error', breakOff);
  raw.on('drain', () => body.resume()).once('close', () => body.destroy());
  // Headers travel with the beginning of the body, unless that keeps them waiting.
  setImmediate(() => {
    if (!begun && !raw.destroyed && !raw.writableEnded) raw.flushHeaders();
  });
}
