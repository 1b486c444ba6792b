/**
 * Search text: how texts are compared in SEARCH, SORT and THREAD: i;unicode-casemap (RFC 5051), as I18NLEVEL=1 asks
 * (RFC 5255 §4.4).
 */
import { casemap } from '../../../format/casemap.ts';

export { casemap, compareFolded } from '../../../format/casemap.ts';

const OTHER_WHITE_SPACE = /[^\S ]\s*| \s+/g;

/** The same with runs of white space as one space, so that folded fields and wrapped lines compare. */
export function foldText(text: string): string {
  return casemap(text).replace(OTHER_WHITE_SPACE, ' ');
}
