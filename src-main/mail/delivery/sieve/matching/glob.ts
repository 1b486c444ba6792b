/**
 * `:matches`: `*` is any characters, `?` one, a backslash takes the meaning of the next away (RFC 5228 §2.7.1).
 *
 * Invariants: what the wildcards stood for is as short as it can be, from the left (RFC 5229 §3.2); time is bounded by the
 * product of both lengths and is paid for.
 */
import type { Comparator } from './comparator.ts';

/** A character that must be there, or a wildcard. */
type GlobToken = { readonly kind: 'literal'; readonly folded: string } | { readonly kind: 'one' | 'any' };

/** Where the wildcards' characters begin and end, in characters of the text. */
interface Span {
  start: number;
  end: number;
}

export interface GlobOptions {
  readonly comparator: Comparator;
  /** Asked to pay for each comparison. */
  spend(steps: number): void;
}

/** What the wildcards stood for, in their order; null where the text does not fit. */
export function matchGlob(pattern: string, text: string, options: GlobOptions): readonly string[] | null {
  const tokens = parseGlob(pattern, options.comparator);
  const characters = charactersOf(text, options.comparator);
  const folded = characters.map((character) => options.comparator.foldCharacter(character));
  const spans = walk(tokens, folded, options.spend);
  return spans?.map(({ start, end }) => characters.slice(start, end).join('')) ?? null;
}

function parseGlob(pattern: string, comparator: Comparator): readonly GlobToken[] {
  const tokens: GlobToken[] = [];
  const characters = charactersOf(pattern, comparator);
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? '';
    if (character === '*') tokens.push({ kind: 'any' });
    else if (character === '?') tokens.push({ kind: 'one' });
    else {
      const literal = character === '\\' && i + 1 < characters.length ? (characters[++i] ?? '') : character;
      tokens.push({ kind: 'literal', folded: comparator.foldCharacter(literal) });
    }
  }
  return tokens;
}

/** Composed first where letters and their accents count as one. */
function charactersOf(text: string, comparator: Comparator): readonly string[] {
  return [...(comparator.name === 'i;unicode-casemap' ? text.normalize('NFC') : text)];
}

/** Only the last `*` may grow: those before it have already found their shortest. */
function walk(
  tokens: readonly GlobToken[],
  text: readonly string[],
  spend: (steps: number) => void,
): readonly Span[] | null {
  const spans: Span[] = [];
  let [token, at] = [0, 0];
  let star: { token: number; at: number; spans: number } | null = null;
  while (at < text.length || token < tokens.length) {
    spend(1);
    const current = tokens[token];
    if (current?.kind === 'any') {
      star = { token, at, spans: spans.length };
      spans.push({ start: at, end: at });
      token++;
    } else if (current !== undefined && at < text.length && fits(current, text[at])) {
      if (current.kind === 'one') spans.push({ start: at, end: at + 1 });
      token++;
      at++;
    } else if (star !== null && star.at < text.length) {
      star.at++;
      at = star.at;
      token = star.token + 1;
      spans.length = star.spans + 1;
      const span = spans[star.spans];
      if (span !== undefined) span.end = at;
    } else return null;
  }
  return spans;
}

function fits(token: GlobToken, character: string | undefined): boolean {
  return token.kind !== 'literal' || token.folded === character;
}
