/**
 * Casemap: strings without the difference of letter case, as i;unicode-casemap compares them (RFC 5051).
 *
 * Flow: SEARCH, SORT and THREAD, Sieve's comparators → here. Invariants: never throws, linear time.
 */
const BEYOND_ASCII = /[^\0-\x7f]/;
const CASED = /\p{Changes_When_Titlecased}/gu;

/** RFC 5051 §2: each character titlecased by its simple mapping, then fully decomposed. */
export function casemap(text: string): string {
  if (!BEYOND_ASCII.test(text)) return text.toUpperCase();
  return text.replace(CASED, titlecase).normalize('NFKD');
}

/** The simple mapping: one that would make two characters (as of `ß`) is none. */
function titlecase(character: string): string {
  const upper = character.toUpperCase();
  return [...upper].length === 1 ? upper : character;
}

/** RFC 5051 §2: the order is that of the octets of UTF-8, which is that of code points. */
export function compareFolded(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rankOf(left) - rankOf(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit;
}
