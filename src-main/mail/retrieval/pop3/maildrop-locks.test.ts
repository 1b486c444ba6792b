import { expect, test } from 'vitest';
import { MaildropLocks } from './maildrop-locks.ts';

test('a maildrop is opened again when the delay is over (LOGIN-DELAY, RFC 2449 §6.5)', () => {
  const locks = new MaildropLocks();
  locks.noteOpened(1, 100_000);
  expect(locks.isTooSoon(1, 159_999, 60)).toBe(true);
  expect(locks.isTooSoon(1, 160_000, 60)).toBe(false);
  expect(locks.isTooSoon(2, 100_000, 60)).toBe(false);
});

test('a clock that was set back keeps nobody out', () => {
  const locks = new MaildropLocks();
  locks.noteOpened(1, 86_400_000);
  expect(locks.isTooSoon(1, 0, 0)).toBe(false);
  expect(locks.isTooSoon(1, 0, 60)).toBe(false);
});
