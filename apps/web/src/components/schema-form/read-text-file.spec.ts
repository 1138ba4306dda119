import { describe, expect, it } from '@jest/globals';
import { readTextFile } from './read-text-file';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

describe('a file for a field', () => {
  it('is taken as it is, with plain line breaks', async () => {
    expect(await readTextFile(new Blob([PEM.replaceAll('\n', '\r\n')]))).toEqual({ text: PEM });
  });

  it.each([
    ['DER', new Blob([new Uint8Array([0x30, 0x82, 0x01, 0xff])]), /PEM/],
    ['with zero bytes', new Blob(['a\0b']), /PEM/],
    ['of a megabyte', new Blob(['x'.repeat(1_000_000)]), /too large/],
  ])('%s is refused in words', async (_name, file, words) => {
    const { text, problem } = await readTextFile(file);
    expect(text).toBeUndefined();
    expect(problem).toMatch(words);
  });
});
