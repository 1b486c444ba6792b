import { expect, test } from 'vitest';
import { toCsv } from './csv.ts';

test('RFC 4180 §2: what holds commas, quotes or line ends is quoted', () => {
  expect(toCsv([['a', 'b,c', 'say "hi"', 'x\ny']])).toBe('\ufeffa,"b,c","say ""hi""","x\ny"\r\n');
});

test('nothing is run as a formula', () => {
  expect(toCsv([['=1+1', '@x', '-2']])).toBe("\ufeff'=1+1,'@x,'-2\r\n");
});
