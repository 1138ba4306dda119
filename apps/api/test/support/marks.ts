import { randomBytes } from 'node:crypto';

/** A secret that occurs nowhere by chance, with characters that other forms of it have to encode. */
export const marked = (): string => `MARK${randomBytes(8).toString('hex')}+/=&%"'<`;

/** The forms a text takes on its way through programs; written apart from the redactor that hides them. */
function formsOf(text: string): Record<string, string> {
  const percent = encodeURIComponent(text);
  return {
    plain: text,
    hex: Buffer.from(text).toString('hex'),
    'URL-encoded': percent,
    'JSON-escaped': JSON.stringify(text).slice(1, -1),
    'JSON twice': JSON.stringify(JSON.stringify(text)).slice(3, -3),
    'HTML-escaped': text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;'),
    // The random part alone is unmistakable, whatever became of the rest.
    'in part': text.slice(0, 20),
    'in part, hex': Buffer.from(text.slice(0, 20)).toString('hex'),
    ...base64Of(text),
  };
}

/** In base64 the same bytes look differently at each of three offsets; the edges depend on the neighbours. */
function base64Of(text: string): Record<string, string> {
  return Object.fromEntries(
    [0, 1, 2].map((offset) => {
      const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text.slice(0, 20))]).toString('base64');
      return [`base64 at offset ${offset}`, padded.replace(/=+$/, '').slice(offset === 0 ? 0 : 4, -2)];
    }),
  );
}

export interface Finding {
  where: string;
  form: string;
  around: string;
}

/** Where a mark, in any form, stands in what the program let out. */
export function findMarks(
  marks: string[],
  places: Iterable<readonly [where: string, text: string]>,
): Finding[] {
  const forms = marks.flatMap((mark) => Object.entries(formsOf(mark)));
  const findings: Finding[] = [];
  for (const [where, text] of places) {
    const lower = text.toLowerCase();
    for (const [form, looked] of forms) {
      const isBase64 = form.startsWith('base64');
      const at = isBase64
        ? Math.max(text.indexOf(looked), text.indexOf(looked.replaceAll('+', '-').replaceAll('/', '_')))
        : lower.indexOf(looked.toLowerCase());
      if (at !== -1) findings.push({ where, form, around: text.slice(Math.max(0, at - 80), at + 80) });
    }
  }
  return findings;
}
