import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineRewriter, LINE_START_OCTETS } from './line-rewriter.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (...pieces: readonly Uint8Array[]) =>
  pieces.map((piece) => new TextDecoder().decode(piece)).join('');
const lines = fc.array(
  fc.constantFrom('a', '\r', '\n', '\r\n', '>', 'From ', 'x'.repeat(LINE_START_OCTETS)),
  {
    maxLength: 30,
  },
);

function rewrite(rewriter: LineRewriter, chunks: readonly string[]): string {
  return text(...chunks.map((chunk) => rewriter.push(octets(chunk))), rewriter.end());
}

test('line ends become CRLF or LF; a lone CR is content', () => {
  expect(rewrite(new LineRewriter({ lineEnd: 'crlf' }), ['a\nb\r\nc\rd', '\r', '\ne'])).toBe(
    'a\r\nb\r\nc\rd\r\ne',
  );
  expect(rewrite(new LineRewriter({ lineEnd: 'lf' }), ['a\nb\r\nc\rd', '\r', '\ne'])).toBe('a\nb\nc\rd\ne');
});

test('how the octets are split makes no difference', () => {
  fc.assert(
    fc.property(lines, (parts) => {
      const startOf = (line: Uint8Array) => (line[0] === 0x3e ? { skip: 1, insert: octets('!!') } : null);
      const make = () => new LineRewriter({ lineEnd: 'crlf', startOf });
      expect(rewrite(make(), parts)).toBe(rewrite(make(), [parts.join('')]));
    }),
  );
});
