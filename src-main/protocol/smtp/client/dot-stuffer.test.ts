import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataScanner } from '../server/data-scanner.ts';
import { DotStuffer, hasOnlyCrlf } from './dot-stuffer.ts';

function stuff(...chunks: (string | Uint8Array)[]): string {
  const stuffer = new DotStuffer();
  const sent = chunks.map((chunk) => stuffer.push(Buffer.from(chunk as string)));
  return Buffer.concat([...sent, stuffer.end()]).toString('latin1');
}

describe('transparency (RFC 5321 §4.5.2)', () => {
  test.each([
    ['', '.\r\n'],
    ['hi\r\n', 'hi\r\n.\r\n'],
    ['hi', 'hi\r\n.\r\n'],
    ['.\r\n', '..\r\n.\r\n'],
    ['.', '..\r\n.\r\n'],
    ['a.b\r\n.c\r\n..\r\n', 'a.b\r\n..c\r\n...\r\n.\r\n'],
    ['a\r\n\r\n.\r\nb', 'a\r\n\r\n..\r\nb\r\n.\r\n'],
  ])('%j is sent as %j', (content, wire) => {
    expect(stuff(content)).toBe(wire);
  });

  test.each([
    ['a\nb', 'a\r\nb\r\n.\r\n'],
    ['a\n.\nb', 'a\r\n..\r\nb\r\n.\r\n'],
    ['a\rb', 'a\r\nb\r\n.\r\n'],
    ['a\r.\r\n', 'a\r\n..\r\n.\r\n'],
    ['a\r', 'a\r\n.\r\n'],
    ['a\r\r\nb', 'a\r\n\r\nb\r\n.\r\n'],
  ])('%j has its bare line ends made whole: %j (RFC 5321 §2.3.8)', (content, wire) => {
    expect(stuff(content)).toBe(wire);
  });

  test('content in order is passed on without a copy', () => {
    const chunk = Buffer.from('a line\r\nanother\r\n');
    expect(new DotStuffer().push(chunk)).toBe(chunk);
  });
});

const octet = fc.constantFrom(...[...'\r\n.\r\n.ab\0'].map((character) => character.charCodeAt(0)), 0xff);
const chunks = fc.array(
  fc.array(octet, { maxLength: 12 }).map((octets) => Uint8Array.from(octets)),
  { maxLength: 8 },
);

test('what our server receives is what was sent, with whole line ends, however it was cut', () => {
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 7 }), (content, cut) => {
      const wire = Buffer.from(stuff(...content), 'latin1');
      const scanner = new DataScanner();
      const received: Uint8Array[] = [];
      let end = -1;
      for (let at = 0; at < wire.length; at += cut) {
        const scanned = scanner.scan(wire.subarray(at, at + cut));
        received.push(...scanned.pieces);
        if (scanned.end !== -1) end = at + scanned.end;
      }
      const whole = Buffer.concat(content)
        .toString('latin1')
        .replace(/\r\n|\r|\n/g, '\r\n');
      const expected = whole === '' || whole.endsWith('\r\n') ? whole : `${whole}\r\n`;
      expect(Buffer.concat(received).toString('latin1')).toBe(expected);
      expect(end).toBe(wire.length);
      expect(scanner.lineEndProblem).toBeNull();
    }),
    { numRuns: 2000 },
  );
});

test('content may go as it is where every CR and LF belong together', () => {
  const pieces = fc.array(fc.constantFrom('\r\n', '\r', '\n', '.', 'a'), { maxLength: 20 });
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      const hasBare = /\r(?!\n)|(?<!\r)\n/u.test(text);
      expect(hasOnlyCrlf(Buffer.from(text))).toBe(!hasBare);
    }),
  );
});
