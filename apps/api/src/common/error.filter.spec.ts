import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from './app-error.js';
import { ErrorFilter } from './error.filter.js';

const request = { id: 'r-1', method: 'GET', routeOptions: { url: '/api/v1/integrations' } } as FastifyRequest;

/** What is answered, and what is written to the log of the server. */
function stage() {
  const lines: string[] = [];
  for (const level of ['error', 'warn'] as const)
    jest.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => void lines.push(String(line)));
  const statuses: number[] = [];
  const reply = {
    header: () => reply,
    status: (status: number) => {
      statuses.push(status);
      return reply;
    },
    send: () => reply,
  };
  const clock = { now: 0 };
  const filter = new ErrorFilter(
    async () => undefined,
    () => clock.now,
  );
  const fail = (error: unknown) => filter.respond(error, request, reply as unknown as FastifyReply);
  return { lines, statuses, clock, fail };
}

const away = () => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });

afterEach(() => void jest.restoreAllMocks());

describe('a database that is away', () => {
  it('is one line in the log and no stack, however many calls are refused for it', async () => {
    const { lines, statuses, fail } = stage();
    for (let number = 0; number < 100; number += 1) await fail(away());
    expect(statuses).toEqual(Array.from({ length: 100 }, () => 503));
    expect(lines).toEqual([
      'GET /api/v1/integrations [r-1] The database does not answer: connect ECONNREFUSED 127.0.0.1:5432',
    ]);
  });

  it('is told of again after a while, with how many calls it has cost', async () => {
    const { lines, clock, fail } = stage();
    for (let number = 0; number < 5; number += 1) await fail(away());
    clock.now += 29_999;
    await fail(away());
    expect(lines).toHaveLength(1);
    clock.now += 1;
    await fail(away());
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/, and 5 more since the last time$/);
    expect(lines.join('\n')).not.toContain('error.filter.spec');
  });

  it('hides no fault of ours, each of which has its stack', async () => {
    const { lines, statuses, fail } = stage();
    await fail(away());
    await fail(new Error('ours'));
    await fail(new Error('ours'));
    await fail(new AppError('NOT_FOUND', 'There is none.'));
    expect(statuses).toEqual([503, 500, 500, 404]);
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^GET \/api\/v1\/integrations \[r-1\] Error: ours\n +at /),
      expect.stringMatching(/^GET \/api\/v1\/integrations \[r-1\] Error: ours\n +at /),
    ]);
  });
});
