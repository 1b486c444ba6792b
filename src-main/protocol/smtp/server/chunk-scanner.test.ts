import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChunkScanner } from './chunk-scanner.ts';
import { DataScanner } from './data-scanner.ts';
import { DotStuffer } from '../client/dot-stuffer.ts';
import { parseChunk } from './commands/bdat.ts';

/** Scans content that was cut into BDAT chunks, each cut into packets of `packet` octets. */
function scan(chunks: readonly Buffer[], packet = 3) {
  const scanner = new ChunkScanner();
  let content = '';
  for (const chunk of chunks) {
    scanner.expect(chunk.length);
    for (let at = 0; at < chunk.length; at += packet) {
      const { pieces, end } = scanner.scan(chunk.subarray(at, at + packet));
      content += Buffer.concat(pieces).toString('latin1');
      expect(end === -1).toBe(at + packet < chunk.length);
    }
  }
  content += Buffer.from(scanner.complete()).toString('latin1');
  return { content, problem: scanner.lineEndProblem };
}

describe('the scanner of BDAT chunks', () => {
  test.each([
    ['a\r\nb\r\n', 'a\r\nb\r\n', null],
    ['', '', null],
    ['.\r\n..\r\n', '.\r\n..\r\n', null],
    ['no end', 'no end\r\n', null],
    ['a\r\n\0\xff\r\n', 'a\r\n\0\xff\r\n', null],
    ['a\r\nb\nc', 'a\r\nb\nc\r\n', { kind: 'bareLf', line: 2 }],
    ['a\rb', 'a\rb\r\n', { kind: 'bareCr', line: 1 }],
    ['\n', '\n', { kind: 'bareLf', line: 1 }],
    ['a\r\n\r\r\n', 'a\r\n\r\r\n', { kind: 'bareCr', line: 2 }],
    ['a\r', 'a\r', { kind: 'bareCr', line: 1 }],
  ])('finds in %j the content %j and the problem %j', (octets, content, problem) => {
    const found = scan([Buffer.from(octets, 'latin1')]);
    expect(found.problem).toEqual(problem);
    if (problem === null) expect(found.content).toBe(content);
  });

  test('leaves what comes after the announced octets alone', () => {
    const scanner = new ChunkScanner();
    scanner.expect(4);
    const { pieces, end } = scanner.scan(Buffer.from('XXab\r\nQUIT\r\n'), 2);
    expect(Buffer.concat(pieces).toString()).toBe('ab\r\n');
    expect(end).toBe(6);
  });

  const octets = fc
    .array(fc.constantFrom('\r\n', '\r\n', '\r', '\n', '.', 'a', '\xe4', '\0'), { maxLength: 40 })
    .map((parts) => Buffer.from(parts.join(''), 'latin1'));

  test('finds the same however the content is cut into chunks and packets', () => {
    fc.assert(
      fc.property(octets, fc.array(fc.nat(40)), fc.integer({ min: 1, max: 7 }), (content, cuts, packet) => {
        const ends = [...cuts.map((cut) => Math.min(cut, content.length)), content.length].sort(
          (a, b) => a - b,
        );
        const chunks = ends.map((end, index) => content.subarray(index === 0 ? 0 : ends[index - 1], end));
        const whole = scan([content], 100);
        const cut = scan(chunks, packet);
        expect(cut.problem).toEqual(whole.problem);
        if (whole.problem === null) expect(cut).toEqual(whole);
      }),
    );
  });

  test('leaves content as DATA would have left it', () => {
    fc.assert(
      fc.property(octets, (content) => {
        const byChunk = scan([content]);
        fc.pre(byChunk.problem === null);
        const stuffer = new DotStuffer();
        const wire = Buffer.concat([stuffer.push(content), stuffer.end()]);
        const scanner = new DataScanner();
        const byData = Buffer.concat(scanner.scan(wire).pieces).toString('latin1');
        expect(scanner.lineEndProblem).toBeNull();
        expect(byChunk.content).toBe(byData);
      }),
    );
  });
});

describe("BDAT's argument", () => {
  test.each([
    ['86 LAST', { octets: 86, isLast: true }],
    ['0', { octets: 0, isLast: false }],
    ['007\tlast', { octets: 7, isLast: true }],
  ])('%j is %j', (argument, chunk) => {
    expect(parseChunk(argument)).toEqual(chunk);
  });

  test.each([
    '',
    'LAST',
    '-1',
    '1.5',
    '1e3',
    '0x10',
    '10LAST',
    '10 LAST now',
    '10 FIRST',
    '9'.repeat(21),
    '１',
  ])('%j is none', (argument) => {
    expect(parseChunk(argument)).toBeNull();
  });
});
