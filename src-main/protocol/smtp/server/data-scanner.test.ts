import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataScanner } from './data-scanner.ts';

interface Scanned {
  readonly content: string;
  readonly rest: string | null;
  readonly problem: string | null;
}

function scan(chunks: readonly string[]): Scanned {
  const scanner = new DataScanner();
  let content = '';
  for (const [index, chunk] of chunks.entries()) {
    const octets = Buffer.from(chunk, 'latin1');
    const { pieces, end } = scanner.scan(octets);
    for (const piece of pieces) content += Buffer.from(piece).toString('latin1');
    if (end !== -1) {
      const rest = chunk.slice(end) + chunks.slice(index + 1).join('');
      return { content, rest, problem: describeProblem(scanner) };
    }
  }
  return { content, rest: null, problem: describeProblem(scanner) };
}

function describeProblem(scanner: DataScanner): string | null {
  const problem = scanner.lineEndProblem;
  return problem === null ? null : `${problem.kind} ${problem.line}`;
}

/** RFC 5321 §4.5.2 in the plainest words: the slow way that the scanner is held against. */
function scanPlainly(text: string): Scanned {
  const end = text.startsWith('.\r\n') ? 0 : text.indexOf('\r\n.\r\n') + 2;
  const isEnded = end !== 1;
  const raw = isEnded ? text.slice(0, end) : text;
  const content = raw.replace(/(^|\r\n)\./g, '$1');
  return { content, rest: isEnded ? text.slice(end + 3) : null, problem: null };
}

describe('the data scanner', () => {
  const cases: readonly [text: string, content: string, rest: string | null][] = [
    ['.\r\n', '', ''],
    ['a\r\n.\r\nNOOP\r\n', 'a\r\n', 'NOOP\r\n'],
    ['..\r\n.\r\n', '.\r\n', ''],
    ['...\r\n.\r\n', '..\r\n', ''],
    ['.a\r\n.\r\n', 'a\r\n', ''],
    ['a\r\n\r\n.\r\n', 'a\r\n\r\n', ''],
    ['a.\r\n.\r\n', 'a.\r\n', ''],
    ['a\r\n.', 'a\r\n', null],
    ['a\r\n.\r', 'a\r\n', null],
  ];
  test.each(cases)('reads %j', (text, content, rest) => {
    expect(scan([text])).toEqual({ content, rest, problem: null });
  });

  const tainted: readonly [text: string, problem: string][] = [
    ['a\nb\r\n.\r\n', 'bareLf 1'],
    ['a\r\nb\rc\r\n.\r\n', 'bareCr 2'],
    ['\n.\n.\r\n.\r\n', 'bareLf 1'],
    ['a\r\n.\n.\r\n.\r\n', 'bareLf 2'],
    ['a\r\n.\rb\r\n.\r\n', 'bareCr 2'],
    ['a\r\r\n.\r\n', 'bareCr 1'],
  ];
  test.each(tainted)('taints %j and still finds its end', (text, problem) => {
    expect(scan([text])).toMatchObject({ problem, rest: '' });
  });

  test.each(['\n.\n', '\r.\r', '\n.\r\n', '\r\n.\n', '\r\n.\r', '\r.\r\n', '\n\n.\r\r\n', '\r\n\0.\r\n'])(
    'is not ended by %j (VU#302671)',
    (ending) => {
      expect(scan([`a${ending}b`]).rest).toBeNull();
    },
  );

  const anyText = fc
    .array(fc.constantFrom('\r\n', '.', 'a', '\r\n.\r\n', '\r', '\n', '..', 'bcd'), { maxLength: 40 })
    .map((parts) => parts.join(''));

  test('gives the same for every way to cut the octets into chunks', () => {
    fc.assert(
      fc.property(anyText, fc.array(fc.nat(60)), (text, cuts) => {
        const positions = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((a, b) => a - b);
        const chunks = [...positions, text.length].map((position, index) =>
          text.slice(positions[index - 1] ?? 0, position),
        );
        expect(scan(chunks)).toEqual(scan([text]));
        expect(scan([...text])).toEqual(scan([text]));
      }),
      { numRuns: 500 },
    );
  });

  test('agrees with the plainest reading of RFC 5321 on content without bare CR and LF', () => {
    const lines = fc
      .array(fc.constantFrom('\r\n', '.', 'a', '..', '.b'), { maxLength: 30 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(lines, (text) => {
        const whole = `${text}\r\n.\r\nQUIT\r\n`;
        expect(scan([whole])).toEqual(scanPlainly(whole));
      }),
      { numRuns: 500 },
    );
  });

  test('any octets are read without an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        const { end, pieces } = new DataScanner().scan(octets);
        expect(end).toBeLessThanOrEqual(octets.length);
        expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBeLessThanOrEqual(octets.length);
      }),
    );
  });
});
