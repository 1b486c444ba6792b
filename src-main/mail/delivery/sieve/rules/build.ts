/** Pieces of a script that nobody has written yet; they have no place. */
import type { Argument, Command, Test } from '../grammar/ast.ts';

const NOWHERE = { line: 0, column: 0 };

/** `:tag` as a tag, text as a string, a list as a list. */
export type Written = string | number | readonly string[] | { readonly tag: string };

export function tag(name: string): { readonly tag: string } {
  return { tag: name };
}

export function test(name: string, args: readonly Written[] = [], tests: readonly Test[] = []): Test {
  return { name, arguments: args.map(argumentOf), tests, at: NOWHERE };
}

export function command(name: string, args: readonly Written[] = []): Command {
  return { ...test(name, args), block: null };
}

export function conditional(when: Test, block: readonly Command[]): Command {
  return { ...test('if', [], [when]), block };
}

function argumentOf(written: Written): Argument {
  if (typeof written === 'number') return { kind: 'number', value: written, at: NOWHERE };
  if (typeof written === 'string') return strings([written], false);
  return 'tag' in written ? { kind: 'tag', name: written.tag, at: NOWHERE } : strings(written, true);
}

function strings(values: readonly string[], isList: boolean): Argument {
  return { kind: 'strings', values: values.map((value) => ({ value, at: NOWHERE })), isList, at: NOWHERE };
}
