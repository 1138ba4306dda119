import { describe, expect, it } from '@jest/globals';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from './app-error.js';
import { refuseDeepBodies } from './body-depth.js';

function refusal(body: unknown): unknown {
  let passed: unknown = 'not called';
  refuseDeepBodies({ body } as FastifyRequest, {} as FastifyReply, (error) => (passed = error));
  return passed;
}

const lists = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const objects = (levels: number): unknown => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));

describe('a body', () => {
  it.each([undefined, null, '', 'text', 7, true, {}, [], { a: [{ b: null }] }])(
    'that is flat passes: %j',
    (body) => {
      expect(refusal(body)).toBeUndefined();
    },
  );

  it.each([
    ['lists', lists],
    ['objects', objects],
  ])('of %s may be 20 levels deep and no deeper', (_, nested) => {
    expect(refusal(nested(20))).toBeUndefined();
    expect(refusal(nested(22))).toBeInstanceOf(AppError);
    expect((refusal(nested(22)) as AppError).code).toBe('VALIDATION_FAILED');
  });

  it('of a hundred thousand levels is refused without a stack overflow', () => {
    expect(refusal(lists(100_000))).toBeInstanceOf(AppError);
  });

  it('that is wide passes', () => {
    expect(refusal(Array.from({ length: 200_000 }, () => ({ a: 1 })))).toBeUndefined();
  });
});
