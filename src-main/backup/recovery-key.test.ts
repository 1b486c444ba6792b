import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRecoveryKey, parseRecoveryKey } from './recovery-key.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a recovery key is understood as it was written', () => {
  fc.assert(
    fc.property(key, (octets) => {
      expect(parseRecoveryKey(formatRecoveryKey(octets))).toEqual({ ok: true, value: octets });
    }),
  );
});

test('case, spaces, line ends, comments and letters that look like digits do not matter', () => {
  fc.assert(
    fc.property(key, (octets) => {
      const typed = formatRecoveryKey(octets)
        .toLowerCase()
        .replaceAll('-', ' \r\n')
        .replaceAll('0', 'o')
        .replaceAll('1', 'l');
      expect(parseRecoveryKey(`# Postroom of the office\n${typed}\n`)).toEqual({ ok: true, value: octets });
    }),
  );
});

test('a slip is told', () => {
  fc.assert(
    fc.property(key, fc.nat(51), fc.integer({ min: 1, max: 31 }), (octets, at, by) => {
      const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
      const text = formatRecoveryKey(octets).replaceAll('-', '');
      const other = alphabet.charAt((alphabet.indexOf(text.charAt(at)) + by) % 32);
      const read = parseRecoveryKey(text.slice(0, at) + other + text.slice(at + 1));
      // The last character before the checksum has a bit that means something, and four that do not.
      expect(read.ok && at < 51).toBe(false);
    }),
  );
});

test.each(['', 'ABCD', 'U'.repeat(56), 'é'.repeat(56)])('%j is none', (text) => {
  expect(parseRecoveryKey(text).ok).toBe(false);
});

test('whatever is typed is answered', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseRecoveryKey(text)));
});
