import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRelease, signRelease } from './release-token.ts';

const SECRET = new Uint8Array(32).fill(1);
const CLAIMS = { id: 4, accountId: 2, traceId: '1jm4q8v2k7d3fz0x', expiresAt: 1_800_000_000_000 };

test('a token says what was signed', () => {
  expect(readRelease(SECRET, signRelease(SECRET, CLAIMS))).toEqual(CLAIMS);
});

test('a token of another server, or with another claim, says nothing', () => {
  const token = signRelease(SECRET, CLAIMS);
  expect(readRelease(new Uint8Array(32).fill(2), token)).toBeNull();
  expect(readRelease(SECRET, token.replace(/^4/u, '5'))).toBeNull();
  expect(readRelease(SECRET, token.slice(0, -1))).toBeNull();
});

test('no change of one character is believed', () => {
  const token = signRelease(SECRET, CLAIMS);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
      const changed = token.slice(0, at) + character + token.slice(at + 1);
      const read = readRelease(SECRET, changed);
      return changed === token || read === null || at === token.length - 1;
    }),
  );
});

test('garbage is not a token', () => {
  fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => readRelease(SECRET, text) === null));
});
