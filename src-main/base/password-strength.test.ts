import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStrongEnough, strengthOf } from './password-strength.ts';

describe('what guessers try first', () => {
  it.each([
    ['password', 'common'],
    ['P@ssw0rd', 'common'],
    ['drowssap', 'common'],
    ['woaini1314', 'common'],
    ['qwertzuiop', 'keyboard'],
    ['abcdefghij', 'sequence'],
    ['aaaaaaaaaaaa', 'repeat'],
    ['abcabcabcabc', 'repeat'],
    ['19840512', 'date'],
    ['server1.com', 'ownName'],
    ['Tom2024', 'date'],
  ])('%s is weak: %s', (password, weakness) => {
    const { score, weakness: found } = strengthOf(password, ['tom', 'server1.com']);
    expect(score).toBeLessThan(2);
    expect(found).toBe(weakness);
  });
});

it.each(['correct horse battery staple', 'tR7#kq9z!m', 'lions drink hardly any tea', 'x7k2-m9pq-hv3n-t5wd'])(
  '%s is good enough for an administrator',
  (password) => expect(isStrongEnough(password, 'administrator', ['admin'])).toBe(true),
);

it('what is too short is not enough, however odd', () => {
  expect(isStrongEnough('ß§x7ü', 'account', [])).toBe(false);
});

it('a longer password is never much weaker, and anything is measured', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
      const { score, guessesLog10 } = strengthOf(text, [text.slice(0, 4)]);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(4);
      expect(Number.isFinite(guessesLog10)).toBe(true);
    }),
  );
});

it('costs little, whatever is typed', () => {
  const begun = performance.now();
  for (const text of ['a'.repeat(256), 'ab'.repeat(128), '12'.repeat(128), '\u{1F600}'.repeat(128)])
    strengthOf(text);
  expect(performance.now() - begun).toBeLessThan(500);
});
