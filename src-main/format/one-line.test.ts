import { expect, test } from 'vitest';
import { oneLine } from './one-line.ts';

test.each([
  ['  a\r\nTo: b\t\u2028c ', 'a To: b c'],
  ['0123456789a', '0123456789…'],
  ['😀'.repeat(11), `${'😀'.repeat(10)}…`],
  ['', ''],
])('%j is %j in a line of ten characters', (text, expected) => {
  expect(oneLine(text, 10)).toBe(expected);
});
