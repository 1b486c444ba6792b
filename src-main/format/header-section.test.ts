import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldBody, findFields, parseHeaderSection, rewriteHeaderSection } from './header-section.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const section = (...lines: string[]) =>
  parseHeaderSection(octets(lines.map((line) => `${line}\r\n`).join('')));
const joined = (pieces: readonly Uint8Array[]) =>
  pieces.map((piece) => new TextDecoder().decode(piece)).join('');

describe('a header section', () => {
  test('is read as fields with their octets and lines', () => {
    const read = section('From: tom@example.com', 'Subject: a long', '\tway to go', 'X-Empty:');
    expect(read.problem).toBeNull();
    expect(read.fields).toEqual([
      { name: 'From', line: 1, start: 0, bodyStart: 5, end: 23 },
      { name: 'Subject', line: 2, start: 23, bodyStart: 31, end: 52 },
      { name: 'X-Empty', line: 4, start: 52, bodyStart: 60, end: 62 },
    ]);
    expect(read.fields.map((field) => fieldBody(read, field))).toEqual([
      'tom@example.com',
      'a long\tway to go',
      '',
    ]);
  });

  test('may hold UTF-8 in field bodies (RFC 6532 §3.2)', () => {
    const read = section('Subject: Grüße aus 北京', 'X-A: b');
    const [subject] = findFields(read, 'SUBJECT');
    expect(subject && fieldBody(read, subject)).toBe('Grüße aus 北京');
    expect(read.problem).toBeNull();
  });

  test('that is empty has no fields and no problem', () => {
    expect(section()).toMatchObject({ fields: [], problem: null });
  });

  const bad: readonly [title: string, lines: string[], problem: { line: number; text: RegExp }][] = [
    [
      'a line without a colon',
      ['From: a@b.c', 'Hi Tom'],
      { line: 2, text: /"Hi Tom" is not a header field: it has no colon/ },
    ],
    ['a folded first line', [' From: a@b.c'], { line: 1, text: /begins with a space/ }],
    [
      'a space before the colon',
      ['Subject : x'],
      { line: 1, text: /space in the field name or before its colon/ },
    ],
    ['a name with a letter beyond ASCII', ['Sübject: x'], { line: 1, text: /not allowed/ }],
    ['an empty name', [': x'], { line: 1, text: /not allowed/ }],
    [
      'a line of white space',
      ['Subject: x', '  ', 'To: a@b.c'],
      { line: 2, text: /nothing but white space/ },
    ],
    ['a NUL octet', ['Subject: a\0b'], { line: 1, text: /NUL/ }],
    [
      'an over-long line',
      ['A: x', `X-Long: ${'a'.repeat(991)}`],
      { line: 2, text: /longer than 998 octets/ },
    ],
    [
      'two From fields',
      ['From: a@b.c', 'A: x', 'from: d@e.f'],
      { line: 3, text: /more than one from field/ },
    ],
  ];
  test.each(bad)('with %s is malformed', (_title, lines, expected) => {
    const { problem } = section(...lines);
    expect(problem?.line).toBe(expected.line);
    expect(problem?.text).toMatch(expected.text);
  });

  test('may hold any number of Received fields', () => {
    expect(section('Received: a', 'Received: b').problem).toBeNull();
  });

  test('loses the fields that are removed and gains those that are added, the rest untouched', () => {
    const read = section('From: a@b.c', 'Bcc: x@y.z,', ' u@v.w', 'To: d@e.f', 'bcc: q@r.s');
    const pieces = rewriteHeaderSection(read, { without: findFields(read, 'bcc'), append: 'Date: now\r\n' });
    expect(joined(pieces)).toBe('From: a@b.c\r\nTo: d@e.f\r\nDate: now\r\n');
  });

  test('of any octets is read without an exception; rewriting it without a change gives the same octets', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('From: a@b.c', ' folded', '\t', '', ':', 'A:', 'To : x', 'Subject: é'),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.map((each) => `${each}\r\n`).join('');
        const read = parseHeaderSection(octets(text));
        const fields = read.fields.map((field) => read.octets.subarray(field.start, field.end));
        expect(joined(rewriteHeaderSection(read, {}))).toBe(new TextDecoder().decode(octets(text)));
        if (read.problem === null) expect(joined(fields)).toBe(new TextDecoder().decode(octets(text)));
      }),
    );
  });
});
