/** Keys and certificates with their chains are far smaller. */
const MOST_BYTES = 64 * 1024;

interface Read {
  text?: string;
  problem?: string;
}

/** What a `Blob` is, as far as it is needed here. */
interface TextFile {
  size: number;
  arrayBuffer: () => Promise<ArrayBuffer>;
}

/** The text of a file that a person chose, or why it cannot be one. */
export async function readTextFile(file: TextFile): Promise<Read> {
  if (file.size > MOST_BYTES) return { problem: 'This file is too large for a key or a certificate.' };
  const bytes = await file.arrayBuffer().catch(() => null);
  if (!bytes) return { problem: 'This file could not be read.' };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.includes('\0')) throw new TypeError('binary');
    return { text: text.replaceAll('\r\n', '\n') };
  } catch {
    return { problem: 'This is not a text file. Convert it to PEM first, for example with openssl.' };
  }
}
