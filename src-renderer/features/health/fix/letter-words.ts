/** Letters to those who can do what we cannot: subject and text with the facts filled in, in either language. */
import { tIn, type MessageKey } from '../../../locales/text.ts';
import type { Locale } from '../../../locales/locale.ts';

export type LetterKind = 'reverseName' | 'openPort25' | 'delist';
/** reverseName: address, host. openPort25: host, perhaps address. delist: list, key, url, perhaps reason. */
export type LetterValues = Readonly<Record<string, string | number>>;

export interface Letter {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

export function letterOf(kind: LetterKind, values: LetterValues, locale: Locale): Letter {
  const say = (part: 'to' | 'subject' | 'text') =>
    tIn(locale, `fix.letter.${kind}.${part}` satisfies MessageKey, {
      ...values,
      ...factsOf(kind, values, locale),
    });
  return { to: say('to'), subject: say('subject'), text: say('text') };
}

/** What stands in the text only where it is known. */
function factsOf(kind: LetterKind, values: LetterValues, locale: Locale): Readonly<Record<string, string>> {
  const { address, host = '', reason } = values;
  if (kind === 'delist') {
    const isKnown = reason !== undefined && reason !== '';
    return { reason: isKnown ? tIn(locale, 'fix.letter.delist.reason', { reason }) : '' };
  }
  if (kind === 'reverseName') return {};
  return {
    at: address === undefined ? '' : tIn(locale, 'fix.letter.openPort25.at', { address }),
    // The server's own name has one label more than its domain.
    domain: String(host).replace(/^[^.]+\.(?=[^.]+\.)/u, ''),
  };
}

/** RFC 6068: lines end with CRLF. */
export function mailtoOf({ subject, text }: Letter): string {
  const body = encodeURIComponent(text.replaceAll('\n', '\r\n'));
  return `mailto:?subject=${encodeURIComponent(subject)}&body=${body}`;
}
