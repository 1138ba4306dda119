export interface TextPart {
  /** Where it begins. */
  at: number;
  text: string;
  /** Where it leads; absent for mere text. */
  href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"“”]+/g;
/** What ends a sentence and no address. */
const TAIL = /[.,;:!?)\]]+$/;

/** A text with the addresses in it told apart. Only the web's own: whatever else looks like one stays text. */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const href = found.replace(TAIL, '');
    if (!URL.canParse(href)) continue;
    if (index > end) parts.push({ at: end, text: text.slice(end, index) });
    parts.push({ at: index, text: href, href });
    end = index + href.length;
  }
  if (end < text.length) parts.push({ at: end, text: text.slice(end) });
  return parts;
}
