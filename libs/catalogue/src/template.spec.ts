import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTemplate, render, templateFields, TemplateError } from './template.js';

const scope = {
  config: { url: 'https://example.com//', n: 5, yes: true, empty: '', nothing: null, list: ['a'] },
  credentials: { token: 'a b/ü' },
};

describe('render', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['Bearer {credentials.token}', 'Bearer a b/ü'],
    ['{config.n}-{config.yes}', '5-true'],
    ['{config.url|trim_slash}/x', 'https://example.com/x'],
    ['{credentials.token|urlencode}', 'a%20b%2F%C3%BC'],
    ['{credentials.token|base64}', Buffer.from('a b/ü').toString('base64')],
    ['{config.url|trim_slash|lower|urlencode}', 'https%3A%2F%2Fexample.com'],
    ['query {{ viewer {{ id }} }}', 'query { viewer { id } }'],
    ['{config.missing?}x{config.empty?}', 'x'],
  ])('%s', (template, expected) => {
    expect(render(template, scope)).toBe(expected);
  });

  it.each(['{config.missing}', 'x {config.empty}', '{config.nothing}', '{credentials.url}'])(
    'drops the whole text when a value is missing: %s',
    (template) => {
      expect(render(template, scope)).toBeUndefined();
    },
  );

  it.each([
    '{token}',
    '{env.HOME}',
    '{config}',
    '{config.a.b}',
    '{config.a[0]}',
    '{config.__proto__}',
    '{config.constructor}',
    '{credentials.prototype}',
    '{config.url|eval}',
    '{config.url|constructor}',
    '{config.url||lower}',
    '{config.Url}',
    '{ config.url }',
    '{config.url',
    'a } b',
    '{{}',
  ])('refuses %s', (template) => {
    expect(() => parseTemplate(template)).toThrow(TemplateError);
  });

  it('refuses a value that is no text', () => {
    expect(() => render('{config.list}', scope)).toThrow(/config\.list is not a text/);
  });

  it('names the fields it needs', () => {
    expect(templateFields('{config.url}{credentials.token?}')).toEqual([
      { source: 'config', name: 'url' },
      { source: 'credentials', name: 'token' },
    ]);
  });
});

describe('properties of templates', () => {
  const template = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          'config',
          'credentials',
          '.',
          'a',
          '__proto__',
          'constructor',
          '|',
          'base64',
          '?',
        ),
      )
      .map((parts) => parts.join('')),
  );

  it('a template reaches own fields of its scope and nothing else', () => {
    fc.assert(
      fc.property(template, fc.string(), (text, value) => {
        const reached: string[] = [];
        const spy = (source: string) =>
          new Proxy({ a: value } as Record<string, unknown>, {
            get(target, key) {
              reached.push(`${source}.${String(key)}`);
              return Reflect.get(target, key);
            },
          });
        try {
          render(text, { config: spy('config'), credentials: spy('credentials') });
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateError);
        }
        expect(reached.filter((name) => !['config.a', 'credentials.a'].includes(name))).toEqual([]);
      }),
    );
  });

  it('never reads what a prototype offers', () => {
    const inherited = Object.create({ inherited: 'x' }) as Record<string, unknown>;
    const names = ['inherited', ...Object.getOwnPropertyNames(Object.prototype)];
    for (const name of names) {
      let result: string | undefined;
      try {
        result = render(`{config.${name}}`, { config: inherited, credentials: {} });
      } catch (error) {
        expect(error).toBeInstanceOf(TemplateError);
      }
      expect(result).toBeUndefined();
    }
  });

  it('does not read a value as a template', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (value) => {
        expect(render('<{config.a}>', { config: { a: value }, credentials: { secret: 'x' } })).toBe(
          `<${value}>`,
        );
      }),
    );
  });

  it('never puts a value into its errors', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), (value) => {
        expect(() => render('{config.a}', { config: { a: [value] }, credentials: {} })).toThrow(
          'config.a is not a text, a number or a boolean',
        );
      }),
    );
  });
});
