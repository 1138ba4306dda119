import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONNECT_FLOWS, readConnectResult } from './connect-result';

const ID = '01a1f807-0207-76e0-853d-88b57005c87d';
const said = (raw: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(readConnectResult(raw)).filter(([, value]) => value !== undefined));

describe('the address that a flow ends on', () => {
  it('says how it ended', () => {
    const raw = {
      flow: 'connect',
      outcome: 'failed',
      code: 'OAUTH_DENIED',
      integration: ID,
      display: 'popup',
    };
    expect(said(raw)).toEqual(raw);
    expect(said({ flow: 'github_install', outcome: 'connected', integration: ID, choose: 1 })).toEqual({
      flow: 'github_install',
      outcome: 'connected',
      integration: ID,
      display: 'page',
      choose: true,
    });
  });

  it('that says nothing is a failure on a full page', () => {
    expect(said({})).toEqual({ flow: 'connect', outcome: 'failed', display: 'page' });
  });

  it.each<[string, Record<string, unknown>]>([
    ['an integration that is no id', { integration: '../../evil' }],
    ['an address as integration', { integration: `${ID}/../../settings` }],
    ['a script as code', { code: '<script>alert(1)</script>' }],
    ['words as code', { code: 'Your account is locked, call us' }],
    ['a list of codes', { code: ['OAUTH_DENIED'] }],
    ['an unknown flow', { flow: 'constructor' }],
    ['an unknown outcome', { outcome: '__proto__' }],
    ['an unknown display', { display: 'iframe' }],
    ['a choice of something else', { choose: 'yes' }],
  ])('means nothing by %s', (_name, raw) => {
    expect(said(raw)).toEqual({ flow: 'connect', outcome: 'failed', display: 'page' });
  });

  it('has a code only where something failed', () => {
    expect(readConnectResult({ outcome: 'connected', code: 'OAUTH_DENIED' }).code).toBeUndefined();
  });

  it('is read without fail, whatever stands in it, and the same when read again', () => {
    const keys = fc.constantFrom('flow', 'outcome', 'code', 'integration', 'display', 'choose');
    fc.assert(
      fc.property(fc.dictionary(keys, fc.oneof(fc.jsonValue(), fc.string(), fc.constant(ID))), (raw) => {
        const result = readConnectResult(raw);
        expect(CONNECT_FLOWS).toContain(result.flow);
        expect(readConnectResult({ ...result })).toEqual(result);
      }),
    );
  });
});
