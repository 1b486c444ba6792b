/** Mutations of an input: what bit rot, bad programs and bad people make of it. Seeded, so that every find comes again. */
import type { Dice } from '../support/dice.ts';

/** Octets that parsers look at. */
const SIGNS = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  '"',
  '\\',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  ':',
  ';',
  ',',
  '=',
  '?',
  '*',
  '%',
  '+',
  '-',
  '--',
  '/',
  '&',
  '~',
  '\x7f',
  '\x80',
  '\xff',
  '{1}\r\n',
  'NIL',
  '0',
  '4294967296',
  '999999999999999',
  'From ',
  'BODY[',
  '=?utf-8?q?',
];

export function mutate(input: string, corpus: readonly string[], dice: Dice): string {
  let text = input;
  for (let times = 1 + dice.below(6); times > 0; times--) text = mutateOnce(text, corpus, dice);
  return text;
}

function mutateOnce(text: string, corpus: readonly string[], dice: Dice): string {
  const at = dice.below(text.length + 1);
  const end = Math.min(text.length, at + 1 + dice.below(1 + dice.below(64)));
  const [before, run, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (dice.below(7)) {
    case 0:
      return before + after;
    case 1:
      return before + run + run + after;
    case 2:
      return before + dice.pick(SIGNS) + run + after;
    case 3:
      return before + String.fromCharCode(dice.below(256)) + run.slice(1) + after;
    case 4:
      return before + reversed(run) + after;
    case 5: {
      const other = dice.pick(corpus);
      return before + other.slice(dice.below(other.length + 1)) + after;
    }
    default:
      return before + run.repeat(1 + dice.below(200)) + after;
  }
}

function reversed(text: string): string {
  return [...text].reverse().join('');
}

/** About a megabyte of some piece of the input over and over: what takes more than linear time shows. */
export function inflate(input: string, octets: number, dice: Dice): string {
  const at = dice.below(input.length + 1);
  const piece = input.slice(at, at + 1 + dice.below(40));
  const unit = piece === '' ? dice.pick(SIGNS) : piece;
  return (
    (input.slice(0, at) + unit.repeat(Math.ceil(octets / unit.length))).slice(0, octets) + input.slice(at)
  );
}
