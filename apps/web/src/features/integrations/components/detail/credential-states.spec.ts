import { describe, expect, it } from '@jest/globals';
import { credentialStateWords } from './credential-states';

describe('the state of a stored credential', () => {
  it.each(['revoked', 'expired'])('%s asks to enter another one, or to authorise again', (state) => {
    expect(credentialStateWords({ state }).means).toContain('Enter a new one');
    const byConsent = credentialStateWords({ state, byConsent: true });
    expect(byConsent.means).toContain('Authorise again');
    expect(byConsent.means).not.toContain('Enter');
    expect(byConsent.label).toBe(credentialStateWords({ state }).label);
  });

  it('is the same for both where nothing is to be done', () => {
    expect(credentialStateWords({ state: 'active', byConsent: true })).toEqual(
      credentialStateWords({ state: 'active' }),
    );
  });

  it.each(['created', 'active', 'updated'])('%s says that it is refused, where it is', (state) => {
    const { label, tone } = credentialStateWords({ state, refused: true });
    expect([label, tone]).toEqual(['Refused', 'bad']);
  });

  it.each(['revoked', 'expired'])('%s says why it is refused', (state) => {
    expect(credentialStateWords({ state, refused: true })).toEqual(credentialStateWords({ state }));
  });

  it('that is not known is named', () => {
    expect(credentialStateWords({ state: 'put_aside' })).toEqual({
      label: 'Put aside',
      tone: 'idle',
      means: '',
    });
  });
});
