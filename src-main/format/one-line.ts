/** Words of strangers in texts of ours: one line, bounded, so that nobody writes lines of ours. */

/** White space and controls become single spaces; what is longer ends with an ellipsis. */
export function oneLine(text: string, mostCharacters: number): string {
  const characters = Array.from(text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim());
  return characters.length <= mostCharacters
    ? characters.join('')
    : `${characters.slice(0, mostCharacters).join('')}…`;
}
