/**
 * Forged results: fields in a message that comes in which claim to be ours.
 *
 * RFC 8601 §5: whoever adds Authentication-Results removes those that bear its name already, since readers believe it.
 * Invariants: never throws, linear time; a field that some reader could take for ours goes, even where it is malformed.
 */
import { endOfComment } from '../../format/comment.ts';
import type { HeaderField, HeaderSection } from '../../format/header-section.ts';

/** Fields of this kind are ours alone: what screening says of a message. */
const OWN_FIELD = /^x-postroom-/i;
const FIELD_START = /^([!-9;-~]+)[ \t]*:/;

/** In their order, for `rewriteHeaderSection()`. */
export function removeForgedResults(section: HeaderSection, authservId: string): readonly HeaderField[] {
  const text = new TextDecoder('latin1').decode(section.octets);
  const forged: HeaderField[] = [];
  let line = 1;
  for (const { 0: field, index: start } of text.matchAll(/[^\n]+\n?(?:[ \t][^\n]*\n?)*|\n/g)) {
    const [prefix = '', name = ''] = FIELD_START.exec(field) ?? [];
    if (isForged(name, field.slice(prefix.length), authservId)) {
      const end = start + field.length;
      forged.push({ name, line, start, bodyStart: start + prefix.length, end });
    }
    line += field.split('\n').length - 1;
  }
  return forged;
}

function isForged(name: string, body: string, authservId: string): boolean {
  if (OWN_FIELD.test(name)) return true;
  return name.toLowerCase() === 'authentication-results' && readAuthservId(body) === authservId.toLowerCase();
}

/** Lower case; comments and quotes read over (RFC 8601 §2.2). */
export function readAuthservId(body: string): string {
  let at = 0;
  for (;;) {
    while (/[\s]/.test(body[at] ?? '')) at++;
    if (body[at] !== '(') break;
    at = endOfComment(body, at) ?? body.length;
  }
  const rest = body.slice(at);
  const quoted = /^"((?:[^"\\]|\\[^])*)"?/.exec(rest)?.[1]?.replace(/\\([^])/g, '$1');
  return (quoted ?? /^[^\s;()]*/.exec(rest)?.[0] ?? '').toLowerCase();
}
