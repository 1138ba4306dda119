import { describe, expect, it } from '@jest/globals';
import validator from './validator';
describe('x', () => {
  it('y', () => {
    expect(
      validator.validateFormData(
        { a: 1, b: 2, 'c.d': 1, m: '' },
        {
          type: 'object',
          additionalProperties: false,
          required: ['z'],
          properties: {
            a: { type: 'string' },
            'c.d': { type: 'string' },
            m: { type: 'string', minLength: 1, pattern: '^a$', format: 'uri' },
          },
        },
      ),
    ).toEqual({});
  });
});
