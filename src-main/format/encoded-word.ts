/**
 * Encoded words: `=?charset?encoding?text?=` in header fields, to Unicode (RFC 2047, language suffix of RFC 2231 §5).
 *
 * Invariants: never throws, linear time; what is not a whole encoded word stays as it stands.
 */
import { decodeCharset } from './charset.ts';
import { decodeBase64, decodeQ } from './transfer-encoding.ts';

const ENCODED_WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bBqQ])\?([^?]*)\?=/g;
const ONLY_SPACE = /^\s*$/;

/** A run of encoded words of one charset: their octets are joined first, since some mailers split characters. */
interface Run {
  readonly charset: string;
  readonly bytes: Uint8Array[];
}

/** Decodes every encoded word of an unfolded field value; white space between two of them vanishes (RFC 2047 §6.2). */
export function decodeEncodedWords(text: string): string {
  if (!text.includes('=?')) return text;
  let result = '';
  let end = 0;
  let run: Run | null = null;
  for (const match of text.matchAll(ENCODED_WORD)) {
    const between = text.slice(end, match.index);
    const adjacent = run !== null && ONLY_SPACE.test(between);
    const charset = (match[1] ?? '').toLowerCase();
    if (run !== null && !(adjacent && run.charset === charset)) {
      result += decodeRun(run);
      run = null;
    }
    if (!adjacent) result += between;
    run ??= { charset, bytes: [] };
    run.bytes.push(decodeWord(match[2] ?? '', match[3] ?? ''));
    end = match.index + match[0].length;
  }
  return (run === null ? result : result + decodeRun(run)) + text.slice(end);
}

function decodeWord(encoding: string, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return encoding === 'b' || encoding === 'B' ? decodeBase64(bytes) : decodeQ(bytes);
}

function decodeRun(run: Run): string {
  const [only] = run.bytes;
  if (run.bytes.length === 1 && only !== undefined) return decodeCharset(only, run.charset);
  const joined = new Uint8Array(run.bytes.reduce((sum, bytes) => sum + bytes.length, 0));
  let at = 0;
  for (const bytes of run.bytes) {
    joined.set(bytes, at);
    at += bytes.length;
  }
  return decodeCharset(joined, run.charset);
}

/** Octets of text in one encoded word: 39 make 52 of base64, so that `Subject: ` and the word fit a line of 76 (RFC 2047 §2). */
const OCTETS_PER_WORD = 39;

/**
 * Unstructured text as it may stand in a header field: as it is where it is short printable ASCII, else encoded words of UTF-8,
 * one on a line, no character split.
 */
export function formatEncodedWords(text: string): string {
  if (/^[\x20-\x7e]{0,60}$/.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let word = '';
  let octets = 0;
  for (const character of text) {
    const more = octetLength(character);
    if (octets + more > OCTETS_PER_WORD) {
      words.push(word);
      word = '';
      octets = 0;
    }
    word += character;
    octets += more;
  }
  return [...words, word].map((each) => `=?utf-8?B?${encodeBase64Text(each)}?=`).join('\r\n ');
}

/** Of one character in UTF-8; half of a surrogate pair becomes U+FFFD. */
function octetLength(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

function encodeBase64Text(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
