/**
 * Calls: the commands and tests of a script once they are known to make sense: what the interpreter runs.
 *
 * Flow: parser → checking → here → running. Invariants: plain data; every call has the options and parameters its signature
 * says, in this order, whatever order they were written in; encoded characters (RFC 5228 §2.4.2.4) are resolved.
 */
import type { Argument, Position, SieveProblem, StringLiteral } from '../grammar/ast.ts';

export type Value = Extract<Argument, { kind: 'number' | 'strings' }>;

export interface Call {
  readonly name: string;
  readonly at: Position;
  /** By tag; `true` where the tag has no value. */
  readonly options: Readonly<Record<string, Value | true>>;
  /** By position; null where one was left out that may be. */
  readonly parameters: readonly (Value | null)[];
  readonly tests: readonly Call[];
  readonly block: readonly Call[];
  /** What is wrong with it: found while `ihave` (RFC 5463 §4) leaves it to the run to complain. */
  readonly problem?: SieveProblem;
}

export interface CheckedScript {
  readonly commands: readonly Call[];
  /** Those it requires: strings are expanded only where `variables` is one of them. */
  readonly capabilities: readonly string[];
}

/** The strings at a position, as they stand; none where it was left out. */
export function literalsOf(value: Value | true | null | undefined): readonly StringLiteral[] {
  return typeof value === 'object' && value?.kind === 'strings' ? value.values : [];
}

/** The tag of a group of tags that exclude each other, or undefined. */
export function chosenOption<T extends string>(
  call: Pick<Call, 'options'>,
  tags: readonly T[],
): T | undefined {
  return tags.find((tag) => Object.hasOwn(call.options, tag));
}
