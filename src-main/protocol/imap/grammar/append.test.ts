import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAfterMessage } from './append.ts';

const literal = { octets: 3, isSynchronizing: true, isBinary: false };
const plain = { flags: [], internalDate: null, literal, isUtf8: false };
const utf8 = { ...plain, isUtf8: true };

describe('what follows a message on its last line', () => {
  test.each([
    ['', plain, 'end'],
    [' ', plain, 'end'],
    [')', utf8, 'end'],
    ['', utf8, 'wrong'],
    [')', plain, 'wrong'],
    [' (\\Seen)', plain, 'wrong'],
    [' x {3}', plain, 'wrong'],
    [' {3}', plain, plain],
    [
      ') (\\Seen) UTF8 (~{3+}',
      utf8,
      { ...utf8, flags: ['\\Seen'], literal: { octets: 3, isSynchronizing: false, isBinary: true } },
    ],
  ])('%j', (line, message, expected) => {
    expect(parseAfterMessage(line, message)).toEqual(expected);
  });

  test('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (line, isUtf8) => {
        parseAfterMessage(line, isUtf8 ? utf8 : plain);
      }),
    );
  });
});
