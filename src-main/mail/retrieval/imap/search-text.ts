/** Search text: how texts are compared in searches: without case, and however their accents are composed. */

/** Both sides of a comparison go through this. White space runs are one space, so that folded fields compare. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ');
}
