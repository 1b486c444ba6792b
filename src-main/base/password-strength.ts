/**
 * PasswordStrength: about how many guesses a password withstands, as those guess who do it for a living.
 *
 * After zxcvbn (Wheeler, USENIX Security 2016): the password is cut into the pieces that are cheapest to guess (known words
 * and names, also written 1337 and backwards; repeats; sequences; rows of keys; dates) and what is left is brute force.
 * Invariants: bounded work (a prefix is looked at); no list leaves the program; the page and the host count alike.
 */
import { COMMON_WORDS } from './common-words.ts';

/** 0: known to everybody … 4: nobody gets there. */
export type StrengthScore = 0 | 1 | 2 | 3 | 4;

export interface PasswordStrength {
  readonly score: StrengthScore;
  /** Decimal logarithm of the guesses. */
  readonly guessesLog10: number;
  /** What makes it weak, where one thing does. */
  readonly weakness: 'common' | 'ownName' | 'repeat' | 'sequence' | 'keyboard' | 'date' | 'short' | null;
}

type Weakness = NonNullable<PasswordStrength['weakness']>;

/** Beyond this brute force has long given up. */
const LOOKED_AT = 64;
/** Guesses, logarithms: online with a limit; online without one; offline with a slow hash; with a fast one. */
const SCORES = [3, 6, 8, 10] as const;
/** Letters people choose are far from random. */
const BRUTE_FORCE_PER_CHARACTER = 1;
const KEY_ROWS = ['qwertzuiop', 'qwertyuiop', 'asdfghjkl', 'yxcvbnm', 'zxcvbnm', '1234567890', 'azertyuiop'];
const LEET: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '9': 'g' },
  ...{ '@': 'a', $: 's', '!': 'i', '+': 't', '€': 'e' },
};
const MOST_WORD = 16;

interface Piece {
  readonly from: number;
  /** Beyond its last character. */
  readonly to: number;
  readonly log10: number;
  readonly weakness: Weakness;
}

/** `known`: words that say who it belongs to: the name, the address, the domain, the product. */
export function strengthOf(password: string, known: readonly string[] = []): PasswordStrength {
  const text = [...password.normalize('NFC').toLowerCase()].slice(0, LOOKED_AT).join('');
  const pieces = [
    ...findWords(text, ownWords(known)),
    ...findRepeats(text),
    ...findRuns(text),
    ...findDates(text),
  ];
  const best = cheapest(text, pieces);
  // Capitals and signs in unusual places cost a guesser a little more.
  const guessesLog10 = best.log10 + Math.min(2, Math.log10(1 + countCapitals(password)));
  const score = SCORES.filter((limit) => guessesLog10 >= limit).length as StrengthScore;
  return { score, guessesLog10, weakness: score >= 3 ? null : (best.weakness ?? 'short') };
}

/** Least guesses over all ways to cut the text. */
function cheapest(text: string, pieces: readonly Piece[]): { log10: number; weakness: Weakness | null } {
  const best: { log10: number; weakness: Weakness | null; parts: number; size: number }[] = [
    { log10: 0, weakness: null, parts: 0, size: 0 },
  ];
  for (let end = 1; end <= text.length; end++) {
    const before = best[end - 1];
    if (before === undefined) break;
    let found = { ...before, log10: before.log10 + BRUTE_FORCE_PER_CHARACTER };
    for (const piece of pieces) {
      const start = piece.to === end ? best[piece.from] : undefined;
      if (start === undefined) continue;
      // A guesser does not know how many pieces there are, nor in which order.
      const log10 = start.log10 + piece.log10 + (start.parts > 0 ? Math.log10(start.parts + 1) : 0);
      if (log10 >= found.log10) continue;
      const size = piece.to - piece.from;
      const weakness = size >= start.size ? piece.weakness : start.weakness;
      found = { log10, weakness, parts: start.parts + 1, size: Math.max(size, start.size) };
    }
    best[end] = found;
  }
  return best[text.length] ?? { log10: 0, weakness: null };
}

function ownWords(known: readonly string[]): ReadonlySet<string> {
  const words = known.flatMap((each) => [each, ...each.split(/[^\p{L}\p{N}]+/u)]);
  return new Set(words.map((word) => word.toLowerCase()).filter((word) => word.length >= 3));
}

function findWords(text: string, own: ReadonlySet<string>): readonly Piece[] {
  const plain = [...text].map((character) => LEET[character] ?? character).join('');
  const found: Piece[] = [];
  for (let from = 0; from < text.length; from++) {
    for (let to = from + 2; to <= Math.min(text.length, from + MOST_WORD); to++) {
      const piece = wordPiece(text.slice(from, to), plain.slice(from, to), own);
      if (piece !== null) found.push({ ...piece, from, to });
    }
  }
  return found;
}

function wordPiece(
  exact: string,
  plain: string,
  own: ReadonlySet<string>,
): { log10: number; weakness: Weakness } | null {
  const ways: readonly (readonly [string, number])[] = [
    [exact, 0],
    [plain, Math.log10(4)],
    [[...exact].reverse().join(''), Math.log10(2)],
  ];
  for (const [word, extra] of ways) {
    if (own.has(word)) return { log10: 0.5 + extra, weakness: 'ownName' };
    const rank = COMMON_WORDS.get(word);
    if (rank !== undefined) return { log10: Math.log10(rank + 1) + extra, weakness: 'common' };
  }
  return null;
}

/** `aaaa`, `abcabc`. */
function findRepeats(text: string): readonly Piece[] {
  return [...text.matchAll(/(.{1,8}?)\1+/gu)].map((match) => {
    const { 0: whole, 1: unit = '', index: from } = match;
    const inside = COMMON_WORDS.get(unit) ?? 10 ** unit.length;
    const log10 = Math.log10(inside + 1) + Math.log10(whole.length / unit.length);
    return { from, to: from + whole.length, log10, weakness: 'repeat' };
  });
}

/** `abcdef`, `987`, `qwertz`: any stretch of one. */
function findRuns(text: string): readonly Piece[] {
  const found: Piece[] = [];
  for (let from = 0; from < text.length - 2; from++) {
    for (let to = from + 3; to <= text.length; to++) {
      const run = text.slice(from, to);
      const weakness = isSequence(run) ? 'sequence' : isKeyRow(run) ? 'keyboard' : null;
      if (weakness === null) break;
      found.push({ from, to, log10: 1 + Math.log10(run.length), weakness });
    }
  }
  return found;
}

function isSequence(run: string): boolean {
  const codes = [...run].map((character) => character.codePointAt(0) ?? 0);
  const step = (codes[1] ?? 0) - (codes[0] ?? 0);
  if (Math.abs(step) !== 1) return false;
  return codes.every((code, i) => i === 0 || code - (codes[i - 1] ?? 0) === step);
}

function isKeyRow(run: string): boolean {
  const backwards = [...run].reverse().join('');
  return KEY_ROWS.some((row) => row.includes(run) || row.includes(backwards));
}

/** Years of people alive, and days with them. */
function findDates(text: string): readonly Piece[] {
  const shapes: readonly (readonly [RegExp, number])[] = [
    [/(?:19|20)\d\d/gu, 2],
    [/\d{1,2}[./-]?\d{1,2}[./-]?(?:19|20)?\d\d/gu, 4.4],
    [/(?:19|20)\d\d[./-]?\d{1,2}[./-]?\d{1,2}/gu, 4.4],
  ];
  return shapes.flatMap(([shape, log10]) =>
    [...text.matchAll(shape)].map(({ 0: whole, index: from }) => ({
      ...{ from, to: from + whole.length, log10, weakness: 'date' as const },
    })),
  );
}

function countCapitals(password: string): number {
  const capitals = [...password.slice(1, LOOKED_AT)].filter((character) => /\p{Lu}/u.test(character));
  return capitals.length;
}

/** What is asked of a password that opens something from everywhere. */
export const LEAST_SCORES = {
  /** The doors count guesses at it. */
  account: 2,
  /** It opens everything. */
  administrator: 3,
} as const satisfies Readonly<Record<string, StrengthScore>>;
export type PasswordKind = keyof typeof LEAST_SCORES;
export const LEAST_LENGTH = 8;

export function isStrongEnough(password: string, kind: PasswordKind, known: readonly string[]): boolean {
  return password.length >= LEAST_LENGTH && strengthOf(password, known).score >= LEAST_SCORES[kind];
}
