import { describe, expect, it } from '@jest/globals';
import { credentialStateWords } from './credential-states';

describe('the state of a stored credential', () => {
  it.each(['revoked', 'expired'])('%s asks to enter another one, or to authorise again', (state) => {
    expect(credentialStateWords(state).means).toContain('Enter a new one');
    const byConsent = credentialStateWords(state, true);
    expect(byConsent.means).toContain('Authorise again');
    expect(byConsent.means).not.toContain('Enter');
    expect(byConsent.label).toBe(credentialStateWords(state).label);
  });

  it('is the same for both where nothing is to be done', () => {
    expect(credentialStateWords('active', true)).toEqual(credentialStateWords('active'));
  });

  it('that is not known is named', () => {
    expect(credentialStateWords('put_aside')).toEqual({ label: 'Put aside', tone: 'idle', means: '' });
  });
});
