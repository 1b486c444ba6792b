import { expect, test } from 'vitest';
import { parseSenderPattern } from './port.ts';

test.each([
  ['Ann@Example.COM', 'ann@example.com'],
  [' example.com ', 'example.com'],
  ['@example.com', 'example.com'],
  ['*@example.com', 'example.com'],
  ['*.example.com', 'example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['192.0.2.0/24', '192.0.2.0/24'],
  ['2001:DB8::/32', '2001:db8::/32'],
  ['com', null],
  ['not a sender', null],
  ['a@b@c', null],
  ['', null],
])('%s is stored as %s', (text, pattern) => {
  expect(parseSenderPattern(text)).toBe(pattern);
});
