import { describe, expect, it } from '@jest/globals';
import { configFormOf, mergedInto, shownIn } from './config-form';
import { argo } from './type.fixture';

const type = {
  ...argo,
  ui_schema: {
    ...argo.ui_schema,
    config: { 'ui:groups': [{ fields: ['legacy_key'], only_for: ['basic'] }] },
  },
  auth_modes: argo.auth_modes.map((mode) =>
    mode.id === 'basic' ? { ...mode, requires_config: ['legacy_key'] } : mode,
  ),
};

describe('the configuration that one way needs', () => {
  it('is without the fields of others', () => {
    expect(Object.keys(configFormOf(type, 'token').properties ?? {})).toEqual(['server_url']);
    expect(Object.keys(configFormOf(type, 'basic').properties ?? {})).toEqual(['server_url', 'legacy_key']);
  });

  it('requires what that way requires', () => {
    expect(configFormOf(type, 'token').required).toEqual(['server_url']);
    expect(configFormOf(type, 'basic').required).toEqual(['server_url', 'legacy_key']);
  });

  it('of a type without such groups is all of it', () => {
    expect(configFormOf(argo, 'token')).toEqual(argo.config_schema);
  });
});

describe('values that a form does not show', () => {
  const values = { server_url: 'https://a.example', legacy_key: 'k' };
  const schema = configFormOf(type, 'token');

  it('are not given to it', () => {
    expect(shownIn(schema, values)).toEqual({ server_url: 'https://a.example' });
  });

  it('stay when it changes, and what it shows can be emptied', () => {
    expect(mergedInto(schema, values, { server_url: 'https://b.example' })).toEqual({
      server_url: 'https://b.example',
      legacy_key: 'k',
    });
    expect(mergedInto(schema, values, {})).toEqual({ legacy_key: 'k' });
  });
});
