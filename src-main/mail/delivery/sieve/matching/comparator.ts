/**
 * Comparators: what it means for two strings to be equal, to be contained, and to come first (RFC 4790, RFC 5228 §2.7.3).
 *
 * i;octet, i;ascii-casemap (RFC 4790 §9.2), i;unicode-casemap (RFC 5051), i;ascii-numeric (RFC 4790 §9.1).
 */
import { casemap, compareFolded } from '../../../../format/casemap.ts';

export const COMPARATORS = ['i;octet', 'i;ascii-casemap', 'i;unicode-casemap', 'i;ascii-numeric'] as const;
export type ComparatorName = (typeof COMPARATORS)[number];

/** RFC 5228 §2.7.3 */
export const DEFAULT_COMPARATOR: ComparatorName = 'i;ascii-casemap';

/** These need no `require` (RFC 5228 §2.7.3). */
export const BUILT_IN_COMPARATORS: readonly string[] = ['i;octet', 'i;ascii-casemap'];

export interface Comparator {
  readonly name: ComparatorName;
  /** Two strings that are equal have the same key, and a string that contains another has a key that contains its key. */
  fold(text: string): string;
  /** The same for one character, for comparing by patterns. */
  foldCharacter(character: string): string;
  /** Below, equal or above zero. */
  order(a: string, b: string): number;
}

const OCTET: Comparator = {
  name: 'i;octet',
  fold: (text) => text,
  foldCharacter: (character) => character,
  order: compareFolded,
};

const ASCII_CASEMAP: Comparator = {
  name: 'i;ascii-casemap',
  fold: upperAscii,
  foldCharacter: upperAscii,
  order: (a, b) => compareFolded(upperAscii(a), upperAscii(b)),
};

const UNICODE_CASEMAP: Comparator = {
  name: 'i;unicode-casemap',
  fold: casemap,
  foldCharacter: casemap,
  order: (a, b) => compareFolded(casemap(a), casemap(b)),
};

const ASCII_NUMERIC: Comparator = {
  name: 'i;ascii-numeric',
  fold: (text) => leadingNumber(text) ?? 'infinity',
  foldCharacter: (character) => character,
  order: compareNumbers,
};

const BY_NAME: Readonly<Record<ComparatorName, Comparator>> = {
  'i;octet': OCTET,
  'i;ascii-casemap': ASCII_CASEMAP,
  'i;unicode-casemap': UNICODE_CASEMAP,
  'i;ascii-numeric': ASCII_NUMERIC,
};

export function comparatorNamed(name: ComparatorName): Comparator {
  return BY_NAME[name];
}

export function isComparatorName(name: string): name is ComparatorName {
  return Object.hasOwn(BY_NAME, name);
}

function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** Digits without leading zeros; null where the text does not begin with a digit, which is positive infinity. */
function leadingNumber(text: string): string | null {
  const digits = /^\d+/.exec(text)?.[0];
  return digits === undefined ? null : digits.replace(/^0+(?=\d)/, '');
}

function compareNumbers(a: string, b: string): number {
  const [left, right] = [leadingNumber(a), leadingNumber(b)];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return left.length - right.length || compareFolded(left, right);
}
