import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BodyHash, WHOLE_BODY } from './body-hash.ts';
import type { Canonicalization } from './canonical-header.ts';

function hash(body: string, form: Canonicalization, options: { limit?: number; piece?: number } = {}) {
  const octets = Buffer.from(body, 'latin1');
  const { limit = WHOLE_BODY } = options;
  const made = new BodyHash(form, [limit]);
  const piece = options.piece ?? octets.length + 1;
  for (let at = 0; at < octets.length; at += piece) made.write(octets.subarray(at, at + piece));
  const { hashes, canonicalOctets } = made.end();
  return { hash: hashes.get(limit), canonicalOctets };
}

/** RFC 6376 §3.4.3 and §3.4.4, word by word, on the whole body at once. */
function canonical(body: string, form: Canonicalization): string {
  let text = body;
  if (form === 'relaxed') text = text.replace(/[ \t]+(?=\r\n|$(?![^]))/g, '').replace(/[ \t]+/g, ' ');
  text = text.replace(/(?:\r\n)+$(?![^])/, '');
  return form === 'relaxed' && text === '' ? '' : `${text}\r\n`;
}

const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('base64');

describe('the body hash', () => {
  test('is that of RFC 6376 §3.4.5 for the examples', () => {
    const body = ' C \r\nD \t E\r\n\r\n\r\n';
    expect(hash(body, 'relaxed')).toEqual({ hash: sha256(' C\r\nD E\r\n'), canonicalOctets: 9 });
    expect(hash(body, 'simple')).toEqual({ hash: sha256(' C \r\nD \t E\r\n'), canonicalOctets: 12 });
  });

  test('is that of RFC 6376 §3.4.3 and §3.4.4 for the empty body', () => {
    expect(hash('', 'simple').hash).toBe('frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=');
    expect(hash('', 'relaxed').hash).toBe('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });

  test('signs only the beginning with l=', () => {
    expect(hash('abc\r\ndef\r\n', 'simple', { limit: 3 })).toEqual({
      hash: sha256('abc'),
      canonicalOctets: 10,
    });
  });

  test('is made for all lengths in one pass: each is what it would be alone', () => {
    const body = 'one  two\r\n \r\nthree\t\r\n\r\n';
    const lengths = [WHOLE_BODY, 0, 7, 3, 1_000, 17];
    for (const form of ['simple', 'relaxed'] as const) {
      const made = new BodyHash(form, lengths);
      made.write(Buffer.from(body));
      const { hashes } = made.end();
      expect([...hashes.keys()].toSorted((one, other) => one - other)).toEqual([
        0,
        3,
        7,
        17,
        1_000,
        WHOLE_BODY,
      ]);
      for (const length of lengths)
        expect(hashes.get(length)).toBe(sha256(canonical(body, form).slice(0, length)));
    }
  });

  test('is the same as that of the whole text, however it is cut', () => {
    const body = fc
      .array(fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', 'a', 'bc', '\xff'), { maxLength: 40 })
      .map((pieces) => pieces.join(''));
    const form = fc.constantFrom<Canonicalization>('simple', 'relaxed');
    fc.assert(
      fc.property(body, form, fc.integer({ min: 1, max: 7 }), (text, canonicalization, piece) => {
        const wanted = sha256(canonical(text, canonicalization));
        expect(hash(text, canonicalization, { piece }).hash).toBe(wanted);
      }),
      { numRuns: 500 },
    );
  });
});
