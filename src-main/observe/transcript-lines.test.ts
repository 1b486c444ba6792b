import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeLines, encodeLines } from './transcript-lines.ts';

test('lines are read as they were stored', () => {
  const line = fc.record({
    offsetMs: fc.nat(),
    kind: fc.constantFrom('client', 'server', 'content', 'note'),
    phase: fc.constantFrom('connect', 'tls', 'sign-in', 'envelope', 'content', 'mailbox', 'close'),
    text: fc.string({ unit: 'binary' }),
  });
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(decodeLines(encodeLines(lines))).toEqual(lines);
    }),
  );
});

test('lines of before, which were objects, are read as well', () => {
  const line = { offsetMs: 1, kind: 'client', phase: 'envelope', text: 'NOOP' };
  expect(decodeLines(JSON.stringify([line]))).toEqual([line]);
});
