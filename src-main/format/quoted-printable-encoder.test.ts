import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QuotedPrintableEncoder } from './quoted-printable-encoder.ts';
import { decodeQuotedPrintable } from './transfer-encoding.ts';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (octets: Uint8Array) => String.fromCharCode(...octets);

function encode(...chunks: Uint8Array[]): string {
  const encoder = new QuotedPrintableEncoder();
  return [...chunks.map((chunk) => textOf(encoder.push(chunk))), textOf(encoder.end())].join('');
}

describe('quoted-printable (RFC 2045 §6.7)', () => {
  test.each([
    ['Gr\xfc\xdfe\r\n', 'Gr=FC=DFe\r\n'],
    ['a = b\r\n', 'a =3D b\r\n'],
    ['white space \r\n\t\r\nend ', 'white space=20\r\n=09\r\nend=20'],
    ['a\rb\nc\0\r', 'a=0Db=0Ac=00=0D'],
    ['', ''],
    ['x'.repeat(80), `${'x'.repeat(75)}=\r\n${'x'.repeat(5)}`],
    ['\xe4'.repeat(26), `${'=E4'.repeat(25)}=\r\n=E4`],
  ])('%j becomes %j', (plain, encoded) => {
    expect(encode(bytes(plain))).toBe(encoded);
  });

  test('is read again as it was, in short lines of seven bits, however it was cut', () => {
    const piece = fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', '=', '.', 'word', '\xe4', '\xff', '\0');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), fc.nat(300), (pieces, cut) => {
        const plain = bytes(pieces.join(''));
        const encoded = encode(plain);
        expect(encode(plain.subarray(0, cut), plain.subarray(cut))).toBe(encoded);
        expect(textOf(decodeQuotedPrintable(bytes(encoded)))).toBe(textOf(plain));
        for (const line of encoded.split('\r\n')) {
          expect(line.length).toBeLessThanOrEqual(76);
          expect(line).toMatch(/^(?:[\t\x20-\x7e]*[\x21-\x7e])?$/);
        }
      }),
    );
  });
});
