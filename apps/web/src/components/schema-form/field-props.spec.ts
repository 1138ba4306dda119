import { describe, expect, it } from '@jest/globals';
import { type FieldProps, inputProps, textOrAbsent } from './field-props';

const props = (some: Partial<FieldProps>) =>
  inputProps({ id: 'config_url', label: 'URL', schema: {}, options: {}, ...some } as FieldProps);

describe('what an input takes from a field', () => {
  it('is its name, label, help and example', () => {
    const schema = { description: 'Of the API', examples: ['https://a.example'] };
    expect(props({ schema, required: true })).toMatchObject({
      id: 'config_url',
      name: 'config_url',
      label: 'URL',
      description: 'Of the API',
      placeholder: 'https://a.example',
      required: true,
      error: undefined,
    });
  });

  it('prefers the hints of the form', () => {
    const taken = props({
      schema: { description: 'Of the API', examples: ['a'] },
      options: { description: 'Where it runs' },
      placeholder: 'b',
      htmlName: 'url',
    });
    expect(taken).toMatchObject({ name: 'url', description: 'Where it runs', placeholder: 'b' });
  });

  it('shows an example that is zero, and none where there is none', () => {
    expect(props({ schema: { examples: [0] } }).placeholder).toBe('0');
    expect(props({ schema: { examples: [] } }).placeholder).toBeUndefined();
  });

  it('has one error text, or none', () => {
    expect(props({ rawErrors: ['One.', 'Two.'] }).error).toBe('One. Two.');
    expect(props({ rawErrors: [] }).error).toBeUndefined();
  });

  it('cannot be changed when it is read-only', () => {
    expect(props({ readonly: true }).disabled).toBe(true);
    expect(props({ disabled: true, readonly: false }).disabled).toBe(true);
  });
});

describe('an emptied field', () => {
  it('is absent; a blank is a text', () => {
    expect(textOrAbsent('')).toBeUndefined();
    expect(textOrAbsent(' ')).toBe(' ');
  });
});
