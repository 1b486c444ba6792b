/**
 * Printer: a script as text, one command a line, as people would lay it out (RFC 5228 §8.2).
 *
 * Flow: rules by clicking → here → what is stored. Invariant: parsing what is printed gives the same script again.
 */
import type { Argument, Command, Script, Test } from './ast.ts';

const INDENT = '  ';

export function printScript(script: Script): string {
  return printCommands(script.commands, '');
}

function printCommands(commands: readonly Command[], indent: string): string {
  return commands.map((command) => `${indent}${printCommand(command, indent)}\r\n`).join('');
}

/** Without the line end. */
export function printCommand(command: Command, indent = ''): string {
  const head = printTest(command);
  if (command.block === null) return `${head};`;
  return `${head} {\r\n${printCommands(command.block, indent + INDENT)}${indent}}`;
}

export function printTest(test: Test): string {
  const words = [test.name, ...test.arguments.map(printArgument)];
  const [only, ...others] = test.tests;
  if (only !== undefined) {
    const isSingle = others.length === 0 && !isListOfTests(test.name);
    words.push(isSingle ? printTest(only) : `(${test.tests.map(printTest).join(', ')})`);
  }
  return words.join(' ');
}

/** These want their tests in parentheses, even one. */
function isListOfTests(name: string): boolean {
  return name === 'allof' || name === 'anyof';
}

function printArgument(argument: Argument): string {
  switch (argument.kind) {
    case 'number':
      return printNumber(argument.value);
    case 'tag':
      return `:${argument.name}`;
    case 'strings': {
      const values = argument.values.map(({ value }) => printString(value));
      return argument.isList ? `[${values.join(', ')}]` : (values[0] ?? '""');
    }
  }
}

function printNumber(value: number): string {
  const quantifier = [
    ['G', 2 ** 30],
    ['M', 2 ** 20],
    ['K', 2 ** 10],
  ].find(([, factor]) => value > 0 && value % Number(factor) === 0);
  return quantifier === undefined ? String(value) : `${value / Number(quantifier[1])}${quantifier[0]}`;
}

/** Several whole lines are a multi-line text; everything else is quoted. */
export function printString(value: string): string {
  const isText = /^(?:[^\r\n]*\r\n){2,}$/.test(value);
  if (!isText) return `"${value.replace(/["\\]/g, '\\$&')}"`;
  return `text:\r\n${value.replace(/^\./gm, '..')}.\r\n`;
}
