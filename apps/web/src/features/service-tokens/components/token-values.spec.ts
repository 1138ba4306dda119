import { describe, expect, it } from '@jest/globals';
import { emptyValues, problemsOf, toRequest } from './token-values';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const ID = '01a1f807-0207-76e0-853d-88b57005c87d';

describe('a new token', () => {
  it('is for an integration when the page was opened from one', () => {
    const values = { ...emptyValues(ID), name: ' Deploy ' };
    expect(problemsOf(values, NOW)).toEqual({});
    expect(toRequest(values, NOW)).toEqual({
      name: 'Deploy',
      description: undefined,
      scopes: ['proxy:call'],
      integration_ids: [ID],
      integration_type_ids: null,
      allowed_cidrs: null,
      expires_at: '2026-05-30T12:00:00.000Z',
    });
  });

  it('sends null and no empty list for what is not narrowed', () => {
    const values = { ...emptyValues(undefined), name: 'x', integrationIds: [ID], typeIds: ['github'] };
    const request = toRequest({ ...values, expiry: { choice: 'never', date: '' } }, NOW);
    expect(request).toMatchObject({ integration_ids: null, integration_type_ids: null, expires_at: null });
  });

  it('needs a name, a scope, and what it is narrowed to', () => {
    const values = { ...emptyValues(undefined), scopes: [], reach: 'types' as const };
    expect(Object.keys(problemsOf(values, NOW))).toEqual(['name', 'scopes', 'integration_type_ids']);
    expect(problemsOf({ ...values, reach: 'integrations' }, NOW).integration_ids).toContain('at least one');
  });
});
