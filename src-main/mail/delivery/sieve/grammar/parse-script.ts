/**
 * Parser: the tokens of a Sieve script as commands with their arguments, tests and blocks (RFC 5228 §8.2).
 *
 * Flow: lexer → here → checking. Invariants: linear time, bounded depth; the answer is the script or the first thing that does
 * not fit the grammar, with its place.
 */
import { err, ok } from '../../../../base/result.ts';
import type { Result } from '../../../../base/result.ts';
import { MAX_NESTING, MAX_SCRIPT_OCTETS } from '../limits.ts';
import { SieveProblemError } from './ast.ts';
import type { Argument, Command, Position, Script, SieveProblem, StringLiteral, Test } from './ast.ts';
import { Lexer } from './lexer.ts';
import type { Token } from './lexer.ts';

const START: Position = { line: 1, column: 1 };

export function parseScript(text: string): Result<Script, SieveProblem> {
  try {
    if (new TextEncoder().encode(text).length > MAX_SCRIPT_OCTETS) {
      throw new SieveProblemError(`the script is larger than ${MAX_SCRIPT_OCTETS / 1024} KiB`, START);
    }
    return ok(new Parser(text).script());
  } catch (error) {
    if (error instanceof SieveProblemError) return err(error.problem);
    throw error;
  }
}

class Parser {
  readonly #lexer: Lexer;
  #token: Token;
  #depth = 0;

  constructor(text: string) {
    this.#lexer = new Lexer(text);
    this.#token = this.#lexer.next();
  }

  script(): Script {
    const commands: Command[] = [];
    while (this.#token.kind !== 'end') commands.push(this.#command());
    return { commands };
  }

  #command(): Command {
    const { name, at } = this.#name('a command');
    const args = this.#arguments();
    const tests = this.#tests();
    if (this.#takes(';')) return { name, at, arguments: args, tests, block: null };
    if (!this.#sees('{')) this.#fail(`expected ";" after the command "${name}"`);
    return { name, at, arguments: args, tests, block: this.#nested(() => this.#block()) };
  }

  #block(): readonly Command[] {
    const { at } = this.#advance();
    const commands: Command[] = [];
    while (!this.#takes('}')) {
      if (this.#token.kind === 'end') throw new SieveProblemError('the block has no "}" at its end', at);
      commands.push(this.#command());
    }
    return commands;
  }

  #arguments(): readonly Argument[] {
    const found: Argument[] = [];
    for (;;) {
      const token = this.#token;
      if (token.kind === 'number') {
        found.push({ kind: 'number', value: token.value, at: token.at });
        this.#advance();
      } else if (token.kind === 'tag') {
        found.push({ kind: 'tag', name: token.text, at: token.at });
        this.#advance();
      } else if (token.kind === 'string') {
        found.push({ kind: 'strings', values: [this.#string()], isList: false, at: token.at });
      } else if (this.#sees('[')) {
        found.push({ kind: 'strings', values: this.#stringList(), isList: true, at: token.at });
      } else return found;
    }
  }

  #stringList(): readonly StringLiteral[] {
    this.#advance();
    const values = [this.#string()];
    while (this.#takes(',')) values.push(this.#string());
    if (!this.#takes(']')) this.#fail('expected "," or "]" in the list of strings');
    return values;
  }

  #string(): StringLiteral {
    const token = this.#token;
    if (token.kind !== 'string') return this.#fail('expected a string');
    this.#advance();
    return { value: token.text, at: token.at };
  }

  #tests(): readonly Test[] {
    if (this.#token.kind === 'identifier') return [this.#nested(() => this.#test())];
    return this.#sees('(') ? this.#nested(() => this.#testList()) : [];
  }

  #testList(): readonly Test[] {
    this.#advance();
    const tests = [this.#test()];
    while (this.#takes(',')) tests.push(this.#test());
    if (!this.#takes(')')) this.#fail('expected "," or ")" in the list of tests');
    return tests;
  }

  #test(): Test {
    const { name, at } = this.#name('a test');
    return { name, at, arguments: this.#arguments(), tests: this.#tests() };
  }

  #name(what: string): { name: string; at: Position } {
    const token = this.#token;
    if (token.kind !== 'identifier') return this.#fail(`expected ${what}`);
    this.#advance();
    return { name: token.text, at: token.at };
  }

  #nested<T>(read: () => T): T {
    if (++this.#depth > MAX_NESTING) this.#fail(`blocks and tests may be nested ${MAX_NESTING} deep at most`);
    const result = read();
    this.#depth--;
    return result;
  }

  #sees(punctuation: string): boolean {
    return this.#token.kind === 'punctuation' && this.#token.text === punctuation;
  }

  #takes(punctuation: string): boolean {
    const isSeen = this.#sees(punctuation);
    if (isSeen) this.#advance();
    return isSeen;
  }

  #advance(): Token {
    const token = this.#token;
    this.#token = this.#lexer.next();
    return token;
  }

  #fail(expected: string): never {
    throw new SieveProblemError(`${expected}, found ${describe(this.#token)}`, this.#token.at);
  }
}

function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the script';
    case 'number':
      return `the number ${token.value}`;
    case 'tag':
      return `":${token.text}"`;
    case 'string':
      return 'a string';
    case 'identifier':
    case 'punctuation':
      return `"${token.text}"`;
  }
}
