import fc from 'fast-check';
import { expect, test } from 'vitest';
import { casemap, compareFolded, foldText } from './search-text.ts';

// RFC 5051 §2
test.each([
  ['grüße', 'GRÜßE'],
  ['ΟΔΟΣ', 'οδος'],
  ['привет', 'ПРИВЕТ'],
  ['Ａ', 'a'],
  ['é', 'e\u0301'],
])('%j and %j are the same', (left, right) => {
  expect(casemap(left)).toBe(casemap(right));
});

test('ß is not ss: the mapping is the simple one', () => {
  expect(casemap('straße')).not.toBe(casemap('strasse'));
});

test('white space of folded lines is one space', () => {
  expect(foldText('a \r\n\t b\tc  d')).toBe('A B C D');
});

test('folding twice changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'ß', 'Ä', 'ς', '预', ' ', '\n', 'ｱ') }), (text) => {
      expect(foldText(foldText(text))).toBe(foldText(text));
    }),
  );
});

test('the order is that of the octets of UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
      const octets = Buffer.compare(Buffer.from(left), Buffer.from(right));
      expect(Math.sign(compareFolded(left, right))).toBe(octets);
    }),
  );
});
