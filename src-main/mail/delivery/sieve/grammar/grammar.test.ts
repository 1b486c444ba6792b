import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { problemsOf } from '../sieve-fixture.ts';
import type { Argument, Command, Script, Test } from './ast.ts';
import { parseScript } from './parse-script.ts';
import { printScript } from './print-script.ts';

/** The strings of the script's first command. */
function stringsIn(script: string): readonly string[] {
  const parsed = parseScript(script);
  if (!parsed.ok) throw new Error(parsed.error.text);
  const found = parsed.value.commands[0]?.arguments ?? [];
  return found.flatMap((argument) =>
    argument.kind === 'strings' ? argument.values.map(({ value }) => value) : [],
  );
}

function numberIn(script: string): number {
  const parsed = parseScript(script);
  const argument = parsed.ok ? parsed.value.commands[0]?.arguments[0] : undefined;
  return argument?.kind === 'number' ? argument.value : NaN;
}

describe('the lexer (RFC 5228 §2.3, §2.4)', () => {
  it('takes white space and both kinds of comments between any two tokens', () => {
    const script =
      '# at the start\r\nif /* a\n# comment */ size :over # why\n 100K {\tdiscard /* { */ ; }#end';
    expect(parseScript(script).ok).toBe(true);
  });

  it('multiplies numbers by their quantifier, in either letter case', () => {
    expect(['a 7;', 'a 2K;', 'a 3m;', 'a 4G;'].map(numberIn)).toEqual([7, 2048, 3 * 2 ** 20, 4 * 2 ** 30]);
  });

  it('takes the meaning from a backslash in a quoted string and keeps the character after it', () => {
    expect(stringsIn('a "\\"quoted\\" \\\\ \\n";')).toEqual(['"quoted" \\ n']);
  });

  it('lets a quoted string run over lines, ended by CRLF whatever the file has', () => {
    expect(stringsIn('a "one\ntwo\r\nthree";')).toEqual(['one\r\ntwo\r\nthree']);
  });

  it.each(['\n', '\r\n'])(
    'reads a multi-line text with line ends %j, its stuffed dots taken away',
    (lineEnd) => {
      const lines = ['a text: # with a comment', 'first', '..dotted', '.dot lost', '', '.', ';'];
      expect(stringsIn(lines.join(lineEnd))).toEqual(['first\r\n.dotted\r\ndot lost\r\n\r\n']);
    },
  );

  it('reads an empty multi-line text, and one whose last line is the last of the script', () => {
    expect(stringsIn('a text:\n.\n;')).toEqual(['']);
    expect(problemsOf('keep text:\nabc\n.')).toEqual([
      '3:2 expected ";" after the command "keep", found the end of the script',
    ]);
  });

  it('keeps UTF-8 as it is and skips a byte order mark', () => {
    expect(stringsIn('\uFEFFa ["Grüße", "邮件"];')).toEqual(['Grüße', '邮件']);
  });

  it('does not mistake the tag :text for a multi-line text', () => {
    expect(problemsOf('require "body"; if body :text :contains "x" { keep; }')).toEqual([]);
  });
});

describe('what does not fit the grammar is told with its place', () => {
  it.each([
    ['keep', '1:5 expected ";" after the command "keep", found the end of the script'],
    ['keep;\nif true { keep;\n', '2:9 the block has no "}" at its end'],
    ['if true keep; }', '1:15 expected a command, found "}"'],
    ['redirect "a@example.com', '1:10 the string has no closing quotation mark'],
    ['redirect text:\na', '1:10 the text has no line of a dot alone at its end'],
    ['keep; /* never closed', '1:7 the comment has no "*/" at its end'],
    ['if size :over 10T { keep; }', '1:15 a number may end with K, M or G only'],
    ['if size :over 99999999999G { keep; }', '1:15 the number is too large'],
    ['if header "a" ["b" "c"] { keep; }', '1:20 expected "," or "]" in the list of strings, found a string'],
    ['if header "a" [] { keep; }', '1:16 expected a string, found "]"'],
    ['if anyof (true, false { keep; }', '1:23 expected "," or ")" in the list of tests, found "{"'],
    ['keep; %', '1:7 "%" does not belong here'],
    ['}', '1:1 expected a command, found "}"'],
    ['keep "a\0b";', '1:6 a string may not hold a NUL character'],
  ])('%j', (script, problem) => {
    expect(problemsOf(script)).toEqual([problem]);
  });

  it('counts columns from the last line end and lines through texts and comments', () => {
    expect(problemsOf('/* a\n b */ keep;\nreject text:\n1\n2\n.\n;\n  nothing;')[0]).toMatch(/^3:1 /);
    expect(problemsOf('/*\n\n*/ nothing;')).toEqual(['3:4 there is no command "nothing"']);
  });

  it('refuses blocks nested too deep, without a deep call stack of its own', () => {
    const script = `${'if true {'.repeat(10_000)}${'}'.repeat(10_000)}`;
    expect(problemsOf(script)).toEqual([expect.stringContaining('nested 32 deep at most')]);
    expect(problemsOf(`if ${'not '.repeat(10_000)} true { keep; }`)).toEqual([
      expect.stringContaining('nested 32 deep at most'),
    ]);
  });

  it('takes 15 levels of blocks and of tests, as RFC 5228 §2.10.5 asks', () => {
    expect(problemsOf(`${'if true {'.repeat(15)}keep;${'}'.repeat(15)}`)).toEqual([]);
    expect(problemsOf(`if ${'not '.repeat(14)}true { keep; }`)).toEqual([]);
  });

  it('refuses a script that is too large', () => {
    expect(problemsOf(`# ${'x'.repeat(1024 * 1024)}`)).toEqual(['1:1 the script is larger than 1024 KiB']);
  });
});

const AT = { line: 1, column: 1 };
const name = fc.constantFrom('keep', 'fileinto', 'x_1', 'stop', 'allof', 'header');
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((value) => value.replace(/[\0\r\n]/g, '')),
  fc
    .array(fc.constantFrom('.', '..a', 'line', '', '"'), { minLength: 2 })
    .map((lines) => `${lines.join('\r\n')}\r\n`),
);
const argument: fc.Arbitrary<Argument> = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), value: fc.nat(), at: fc.constant(AT) }),
  fc.record({ kind: fc.constant('tag' as const), name, at: fc.constant(AT) }),
  fc.array(text, { minLength: 1, maxLength: 3 }).chain((values) =>
    fc.boolean().map((isList) => ({
      kind: 'strings' as const,
      values: values.map((value) => ({ value, at: AT })),
      isList: isList || values.length > 1,
      at: AT,
    })),
  ),
);
/** `maxDepth` keeps them within what the parser takes. */
const test: fc.Arbitrary<Test> = fc.letrec<{ test: Test; tests: Test[] }>((tie) => ({
  tests: fc.oneof({ maxDepth: 3 }, fc.constant<Test[]>([]), fc.array(tie('test'), { maxLength: 2 })),
  test: fc.record({
    name,
    arguments: fc.array(argument, { maxLength: 3 }),
    tests: tie('tests'),
    at: fc.constant(AT),
  }),
})).test;
const command: fc.Arbitrary<Command> = fc.letrec<{ command: Command; block: Command[] | null }>((tie) => ({
  block: fc.oneof({ maxDepth: 3 }, fc.constant(null), fc.array(tie('command'), { maxLength: 2 })),
  command: fc.record({
    name,
    arguments: fc.array(argument, { maxLength: 3 }),
    tests: fc.array(test, { maxLength: 2 }),
    block: tie('block'),
    at: fc.constant(AT),
  }),
})).command;

/** Without places. */
function stripped(script: Script): unknown {
  return JSON.parse(JSON.stringify(script, (key, value: unknown) => (key === 'at' ? undefined : value)));
}

describe('printing', () => {
  it('gives a text that is parsed to the same script', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 4 }), (commands) => {
        const parsed = parseScript(printScript({ commands }));
        expect(parsed.ok && stripped(parsed.value)).toEqual(stripped({ commands }));
      }),
      { numRuns: 300 },
    );
  });

  it('lays a script out as people would', () => {
    const parsed = parseScript('if not header "a" ["b","c"] {if true{keep;}} elsif anyof(true){stop;}');
    expect(parsed.ok && printScript(parsed.value).replaceAll('\r\n', '\n')).toBe(
      'if not header "a" ["b", "c"] {\n  if true {\n    keep;\n  }\n}\nelsif anyof (true) {\n  stop;\n}\n',
    );
  });
});

describe('whatever is parsed', () => {
  it('is a script or a problem within the text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'keep if{}()[];,":#/*\\\n.text 1K\0é') }),
        (script) => {
          const parsed = parseScript(script);
          if (!parsed.ok) expect(parsed.error.line).toBeLessThanOrEqual(script.split('\n').length);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
