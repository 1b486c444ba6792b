/** Modifiers of `set` and `extracttext` (RFC 5229 §4.1, RFC 5435 §7, draft-ietf-sieve-regex §3). */
import { assertNever } from '../../../../base/result.ts';
import type { Call } from '../checking/call.ts';
import { MODIFIERS } from '../checking/signature.ts';
import type { Modifier } from '../checking/signature.ts';

/** The highest precedence first, whatever order they were written in. */
export function modify(call: Call, value: string): string {
  return MODIFIERS.flat()
    .filter((modifier) => call.options[modifier] !== undefined)
    .reduce((text, modifier) => apply(modifier, text), value);
}

function apply(modifier: Modifier, text: string): string {
  switch (modifier) {
    case 'lower':
      return text.toLowerCase();
    case 'upper':
      return text.toUpperCase();
    case 'lowerfirst':
      return changeFirst(text, (first) => first.toLowerCase());
    case 'upperfirst':
      return changeFirst(text, (first) => first.toUpperCase());
    case 'quotewildcard':
      return text.replace(/[*?\\]/g, '\\$&');
    case 'quoteregex':
      return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
    case 'encodeurl':
      return encodeUrl(text);
    case 'length':
      return String([...text].length);
    default:
      return assertNever(modifier);
  }
}

function changeFirst(text: string, change: (first: string) => string): string {
  const [first = ''] = text;
  return change(first) + text.slice(first.length);
}

/** RFC 3986 §2.1: all but the unreserved, as octets of UTF-8. */
function encodeUrl(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
