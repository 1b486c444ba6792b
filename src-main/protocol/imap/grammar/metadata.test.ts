import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cursor, ImapSyntaxError } from './cursor.ts';
import { parseGetMetadata, parseSetMetadata } from './metadata.ts';

test('whatever comes is parsed or a syntax error', () => {
  const word = fc.constantFrom(
    ' ',
    '(',
    ')',
    'INBOX',
    '""',
    '/shared/comment',
    '"/private/x"',
    'NIL',
    'MAXSIZE',
    'DEPTH',
    '1',
  );
  fc.assert(
    fc.property(fc.array(word), (words) => {
      for (const parse of [parseGetMetadata, parseSetMetadata]) {
        try {
          parse(new Cursor(words.join('')));
        } catch (error) {
          expect(error).toBeInstanceOf(ImapSyntaxError);
        }
      }
    }),
  );
});

test('a line full of entries takes linear time', () => {
  const started = performance.now();
  parseGetMetadata(new Cursor(` INBOX${' /shared/comment'.repeat(4_000)}`));
  parseSetMetadata(new Cursor(` INBOX (${'/shared/comment NIL '.repeat(4_000)})`));
  expect(performance.now() - started).toBeLessThan(500);
});
