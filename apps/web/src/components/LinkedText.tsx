import { Anchor } from '@mantine/core';
import { splitLinks } from '../lib/text-links';

/** A text of the server's own whose addresses can be followed. */
export function LinkedText({ text }: { text: string }) {
  return splitLinks(text).map(({ at, text: words, href }) =>
    href ? (
      <Anchor key={at} href={href} target="_blank" rel="noreferrer noopener" inherit underline="always">
        {words}
      </Anchor>
    ) : (
      words
    ),
  );
}
