/**
 * Preview: the first words of a message, for lists (PREVIEW of RFC 8970 is the same idea).
 *
 * Flow: indexer hands the first octets of the first text part → here. Invariants: never throws, linear time.
 */
import { decodeCharset } from './charset.ts';
import type { MimeFields } from './indexed-fields.ts';
import { PREVIEW_CHARACTERS, PREVIEW_HTML_BYTES, PREVIEW_PLAIN_BYTES } from './limits.ts';
import { decodeTransferEncoding } from './transfer-encoding.ts';

const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  euro: '€',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  agrave: 'à',
  ccedil: 'ç',
};

/** How many octets of a part's body its preview needs; 0 where the part shows no text. */
export function previewBytesOf(part: MimeFields): number {
  if (part.type !== 'text' || part.disposition?.type === 'attachment') return 0;
  if (part.subtype === 'plain') return PREVIEW_PLAIN_BYTES;
  return part.subtype === 'html' ? PREVIEW_HTML_BYTES : 0;
}

/** The preview of a text part whose body begins with `bytes`. */
export function makePreview(part: MimeFields, bytes: Uint8Array): string {
  const decoded = decodeTransferEncoding(bytes, part.encoding) ?? bytes;
  const text = decodeCharset(decoded, part.parameters['charset']);
  return shorten(part.subtype === 'html' ? htmlToText(text) : text);
}

/** White space becomes single spaces, characters that show nothing go, whole characters are kept. */
function shorten(text: string): string {
  let result = '';
  let start = 0;
  for (let at = 0; at <= text.length && result.length <= PREVIEW_CHARACTERS; at++) {
    const code = at < text.length ? text.charCodeAt(at) : SPACE;
    const isSpace = code <= SPACE || code === NO_BREAK_SPACE;
    if (!isSpace && !isInvisible(code)) continue;
    if (at > start) result += text.slice(start, Math.min(at, start + PREVIEW_CHARACTERS + 1));
    if (isSpace && result !== '' && !result.endsWith(' ')) result += ' ';
    start = at + 1;
  }
  return cutAtCharacter(result, PREVIEW_CHARACTERS).trim();
}

/** Controls, soft hyphens, zero-width and joining characters, with which newsletters pad their previews. */
function isInvisible(code: number): boolean {
  if (code < 0x7f) return false;
  if (code < NO_BREAK_SPACE || code === 0xad || code === 0x34f) return true;
  return (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff;
}

function cutAtCharacter(text: string, length: number): string {
  if (text.length <= length) return text;
  const last = text.charCodeAt(length - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? length - 1 : length);
}

/** The words of an HTML text: tags, comments, style and script go. Good enough to read, not a parser. */
export function htmlToText(html: string): string {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    text += html.slice(at, open < 0 ? html.length : open);
    if (open < 0) break;
    at = skipTag(html, open);
    text += ' ';
  }
  return text.replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,8});/gi, decodeEntity);
}

function skipTag(html: string, open: number): number {
  if (html.startsWith('<!--', open)) return after(html, '-->', open + 4);
  const name = /^[a-z]+/i.exec(html.slice(open + 1, open + 9))?.[0].toLowerCase();
  if (name === 'style' || name === 'script' || name === 'title') {
    return after(html, '>', after(html, `</${name}`, open));
  }
  return after(html, '>', open);
}

/** The position after `mark`; the end where it is missing. Looks for lower case and upper case only. */
function after(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  if (found >= 0) return found + mark.length;
  const upper = html.indexOf(mark.toUpperCase(), from);
  return upper >= 0 ? upper + mark.length : html.length;
}

function decodeEntity(whole: string, name: string): string {
  if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
  const isHex = name[1] === 'x' || name[1] === 'X';
  const code = Number.parseInt(name.slice(isHex ? 2 : 1), isHex ? 16 : 10);
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
    ? String.fromCodePoint(code)
    : ' ';
}
