/** Words of a search text as LIKE patterns. */

/** At most eight, so that a pasted page stays one query. */
const MOST_WORDS = 8;

export function words(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS);
}

/** A LIKE pattern (ESCAPE '\') that finds the word anywhere. */
export function likePattern(word: string): string {
  return `%${word.replaceAll(/[\\%_]/gu, (character) => `\\${character}`)}%`;
}
