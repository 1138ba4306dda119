import { describe, expect, it } from '@jest/globals';
import { EMPTY_APP, type NewAppDraft, problemsOf, toRequest } from './new-app';

const draft = (changes: Partial<NewAppDraft>): NewAppDraft => ({
  ...EMPTY_APP,
  organization: 'acme',
  ...changes,
});

describe('the form for a new App', () => {
  it.each<[string, Partial<NewAppDraft>, string[]]>([
    ['an organisation', {}, []],
    ['its address', { organization: 'https://github.com/acme/shop' }, []],
    ['its page on GitHub', { organization: 'https://github.com/orgs/acme/repositories' }, []],
    ['no organisation', { organization: ' ' }, ['organization']],
    ['what is none', { organization: 'Acme Incorporated' }, ['organization']],
    ['a login that GitHub refuses', { organization: '-acme' }, ['organization']],
    ['nobody but oneself', { owner: 'person', organization: '' }, []],
    ['a name that is too long', { name: 'x'.repeat(35) }, ['name']],
    ['no Enterprise address', { enterprise: true }, ['web_url']],
    ['an Enterprise address', { enterprise: true, webUrl: 'github.example.com' }, []],
    ['an address that counts no more', { enterprise: false, webUrl: 'nonsense nonsense' }, []],
  ])('with %s', (_what, changes, wrong) => {
    expect(Object.keys(problemsOf(draft(changes)))).toEqual(wrong);
  });

  it('asks for what was entered and nothing else', () => {
    expect(toRequest(draft({ organization: ' https://github.com/acme ' }))).toEqual({ organization: 'acme' });
    expect(toRequest(draft({ owner: 'person', name: ' Latchkey ' }))).toEqual({ name: 'Latchkey' });
    expect(toRequest(draft({ enterprise: true, webUrl: 'github.example.com/' }))).toEqual({
      organization: 'acme',
      web_url: 'https://github.example.com',
    });
  });
});
