import { describe, expect, it } from '@jest/globals';
import { GITHUB_FLOWS } from './github-outcomes';

const flows = Object.entries(GITHUB_FLOWS);

describe.each(flows)('the words of %s', (_flow, { connected, pending, failures }) => {
  const all = [connected, pending, ...Object.values(failures)];

  it('say what happened and what to do, each in its own title', () => {
    const titles = all.map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const { title, text } of all) {
      expect(title).not.toMatch(/[.!]$/);
      expect(text).toMatch(/\.$/);
    }
  });

  it('name no code of ours', () => {
    for (const { title, text } of all) expect(`${title} ${text}`).not.toMatch(/[A-Z]{2,}_[A-Z]/);
  });

  it('answer every way in which a flow of a browser ends', () => {
    const codes = [
      'OAUTH_DENIED',
      'OAUTH_STATE_INVALID',
      'OAUTH_STATE_EXPIRED',
      'OAUTH_EXCHANGE_FAILED',
      'OAUTH_PROVIDER_ERROR',
      'CONFLICT',
      'FORBIDDEN',
    ];
    expect(Object.keys(failures)).toEqual(expect.arrayContaining(codes));
  });
});
