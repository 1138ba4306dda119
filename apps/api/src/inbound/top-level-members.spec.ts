import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AppError } from '../common/app-error.js';
import { membersOf } from './top-level-members.js';

const read = (text: string, ...names: string[]) => membersOf(Buffer.from(text), names);

describe('members of a JSON object that is not built', () => {
  it('are those that are asked for, wherever they stand and whatever is beside them', () => {
    const text =
      ' {"a":"x\\"}","list":[{"id":7},"]"], "id" : -1.5e3 ,"deep":{"id":{"id":[[]]}},"none":null,"is":true}\n';
    expect(read(text, 'a', 'id', 'none', 'is', 'absent')).toEqual({
      a: 'x"}',
      id: -1500,
      none: null,
      is: true,
    });
    expect(read(text, 'deep')).toEqual({ deep: { id: { id: [[]] } } });
    expect(read('{}', 'a')).toEqual({});
  });

  it('are what the whole would have said', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(3), (object, indent) => {
        const text = JSON.stringify(object, null, indent);
        const whole = JSON.parse(text) as Record<string, unknown>;
        const names = Object.keys(whole).filter(
          (name) => JSON.stringify(name) === `"${name}"` && name !== '__proto__',
        );
        const wanted = Object.fromEntries(names.map((name) => [name, whole[name]]));
        expect(membersOf(Buffer.from(text), names)).toEqual(wanted);
      }),
    );
  });

  it('are left out when they are far longer than what names something', () => {
    expect(read(`{"a":"${'x'.repeat(70_000)}","b":1}`, 'a', 'b')).toEqual({ b: 1 });
  });

  it('never become anything but members', () => {
    const read = membersOf(Buffer.from('{"__proto__":{"polluted":true},"a":1}'), ['__proto__', 'a']);
    expect(Object.getPrototypeOf(read)).toBeNull();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    '',
    'null',
    '[1]',
    '"text"',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    '{"a":1 "b":2}',
    '{a:1}',
    '{"a":}',
    '{"a":"x}',
    '{"a":[1}',
    '{"a":{"b":1}',
    '{"a":1} {}',
    '{"a":nonsense}',
  ])('are refused of %j', (text) => {
    expect(() => read(text, 'a')).toThrow(AppError);
  });
});
