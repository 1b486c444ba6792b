/**
 * What a Sieve script says, before anybody asks whether it makes sense (RFC 5228 §8.2).
 *
 * Flow: lexer → parser → here → checking. Invariants: plain data; names of commands, tests and tags are in lower case; strings
 * hold what stands between their quotes, line ends as CRLF.
 */

/** Where something begins; both count from 1, columns in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a script, in a sentence without its full stop. */
export interface SieveProblem extends Position {
  readonly text: string;
}

export interface StringLiteral {
  readonly value: string;
  readonly at: Position;
}

export type Argument =
  | { readonly kind: 'number'; readonly value: number; readonly at: Position }
  /** Without its colon. */
  | { readonly kind: 'tag'; readonly name: string; readonly at: Position }
  /** A string is a list of one (RFC 5228 §2.4.2.1); `isList` tells whether it was in brackets. */
  | {
      readonly kind: 'strings';
      readonly values: readonly StringLiteral[];
      readonly isList: boolean;
      readonly at: Position;
    };

export interface Test {
  readonly name: string;
  readonly arguments: readonly Argument[];
  /** The tests it is made of, as of `allof` and `not`. */
  readonly tests: readonly Test[];
  readonly at: Position;
}

export interface Command extends Test {
  /** null where it ends with a semicolon. */
  readonly block: readonly Command[] | null;
}

export interface Script {
  readonly commands: readonly Command[];
}

/** How the parts of this language say that something is wrong, among themselves. */
export class SieveProblemError extends Error {
  override readonly name = 'SieveProblemError';
  readonly problem: SieveProblem;

  constructor(text: string, at: Position) {
    super(text);
    this.problem = { line: at.line, column: at.column, text };
  }
}
