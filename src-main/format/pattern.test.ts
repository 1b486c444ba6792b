import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containsText, isAddressOf, isClientOf, matchesText } from './pattern.ts';

test.each([
  ['tom@server1.com', 'TOM@server1.com', true],
  ['tom@server1.com', 'server1.com', true],
  ['tom@mail.server1.com', 'server1.com', false],
  ['tom@mail.server1.com', '*.server1.com', true],
  ['tom@server1.com', '*.server1.com', false],
  ['tom@münchen.example', 'xn--mnchen-3ya.example', true],
  ['news-17@shop.example', 'news-*@shop.example', true],
  ['', '', true],
  ['', 'server1.com', false],
  ['tom@server1.com', '', false],
])('the address %s against %s: %s', (address, pattern, expected) => {
  expect(isAddressOf(address, pattern)).toBe(expected);
});

test('a client is an address or in a network', () => {
  expect(isClientOf('192.0.2.7', '192.0.2.0/24')).toBe(true);
  expect(isClientOf('192.0.2.7', '198.51.100.1')).toBe(false);
  expect(isClientOf('192.0.2.7', 'nonsense')).toBe(false);
});

test.each([
  ['You have WON a prize', 'won', false],
  ['You have WON a prize', '*won*', true],
  ['abc', 'a*c', true],
  ['ac', 'a*c', true],
  ['a', 'a*a', false],
  ['aXbXc', '*x*x*', true],
  ['', '*', true],
])('%s matches %s: %s', (text, pattern, expected) => {
  expect(matchesText(text, pattern)).toBe(expected);
});

test('a text that is built from the pieces of a pattern matches it', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { minLength: 1 }), fc.string(), (pieces, between) => {
      const plain = pieces.map((piece) => piece.replaceAll('*', ''));
      expect(matchesText(plain.join(between), plain.join('*'))).toBe(true);
    }),
  );
});

test('many stars take no time without end', () => {
  expect(containsText('a'.repeat(100_000), `${'a*'.repeat(100)}b`)).toBe(false);
});
