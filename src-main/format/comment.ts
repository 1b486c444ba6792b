/** Comments of structured fields (RFC 5322 §3.2.2): in parentheses, nested, with quoted pairs. */

/** Where the comment that begins at `start` ends: behind its parenthesis; null where it is not closed. */
export function endOfComment(text: string, start: number): number | null {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return at + 1;
  }
  return null;
}
