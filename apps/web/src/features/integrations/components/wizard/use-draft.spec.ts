import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Draft, draftFrom, keptOf } from './use-draft';
import { argo } from './type.fixture';

const draft: Draft = {
  authMode: 'basic',
  credentials: { username: 'ada', password: 's3cret-1' },
  config: { server_url: 'https://argo.example', legacy_key: 's3cret-2' },
  name: 'Production',
  description: 'Ours',
};

describe('what is kept of a draft', () => {
  it('is all but the secrets', () => {
    expect(keptOf(argo, draft)).toEqual({
      ...draft,
      credentials: { username: 'ada' },
      config: { server_url: 'https://argo.example' },
    });
  });

  it('has nothing of another way to authenticate, or of one that the type no longer has', () => {
    expect(keptOf(argo, { ...draft, authMode: 'token' }).credentials).toEqual({});
    expect(keptOf(argo, { ...draft, authMode: 'gone' }).credentials).toEqual({});
  });

  it('leaves the draft as it is: the secrets stay in memory', () => {
    const before = structuredClone(draft);
    keptOf(argo, draft);
    expect(draft).toEqual(before);
  });

  it('never holds a secret, whatever the fields and values', () => {
    const names = fc.oneof(
      fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/),
      fc.constantFrom('constructor', 'toString', '__proto__', 'password'),
    );
    // A value that tells by itself whether it may be kept.
    const fields = fc.array(fc.record({ name: names, kind: fc.constantFrom('open', 'secret', 'unknown') }));
    fc.assert(
      fc.property(fields, fields, (credentialFields, configFields) => {
        const once = (all: typeof credentialFields) =>
          all.filter(({ name }, n) => all.findIndex((f) => f.name === name) === n);
        const schemaOf = (all: typeof credentialFields) => ({
          type: 'object' as const,
          properties: Object.fromEntries(
            once(all)
              .filter(({ kind }) => kind !== 'unknown')
              .map(({ name, kind }) => [name, { type: 'string' as const, writeOnly: kind === 'secret' }]),
          ),
        });
        const valuesOf = (all: typeof credentialFields) =>
          Object.fromEntries(once(all).map(({ name, kind }) => [name, `value:${kind}`]));
        const credential = schemaOf(credentialFields);
        const type = {
          ...argo,
          config_schema: schemaOf(configFields),
          credential_schema: {
            oneOf: [
              { ...credential, properties: { ...credential.properties, auth_mode: { const: 'basic' } } },
            ],
          },
        };
        const kept = keptOf(type, {
          ...draft,
          credentials: valuesOf(credentialFields),
          config: valuesOf(configFields),
        });
        expect(JSON.stringify(kept)).not.toMatch(/value:(secret|unknown)/);
        const open = once(configFields).filter(({ kind }) => kind === 'open');
        expect(Object.keys(kept.config).sort()).toEqual(open.map(({ name }) => name).sort());
      }),
    );
  });
});

describe('a draft', () => {
  it('begins with the recommended way and the name of the service', () => {
    expect(draftFrom(argo, null)).toEqual({
      authMode: 'token',
      credentials: {},
      config: {},
      name: 'Argo',
      description: '',
      restored: false,
    });
  });

  it('comes back after a reload, without its secrets', () => {
    const kept = keptOf(argo, draft);
    expect(draftFrom(argo, JSON.parse(JSON.stringify(kept)) as Partial<Draft>)).toEqual({
      ...kept,
      restored: true,
    });
  });

  it('that was only opened is not told as restored', () => {
    const { restored: _restored, ...opened } = draftFrom(argo, null);
    expect(draftFrom(argo, keptOf(argo, opened)).restored).toBe(false);
  });

  it('loses its credentials with its way to authenticate', () => {
    const back = draftFrom(argo, { ...draft, authMode: 'gone' });
    expect(back).toMatchObject({ authMode: 'token', credentials: {}, config: draft.config });
  });

  it('of a type without a way to authenticate has none', () => {
    expect(draftFrom({ ...argo, auth_modes: [] }, null).authMode).toBe('');
  });

  it('keeps a name that was emptied', () => {
    expect(draftFrom(argo, { ...draft, name: '' }).name).toBe('');
  });
});
