import { describe, expect, it } from 'vitest';
import { findStep, hotp, stepAt, toBase32, totpUri } from './totp.ts';

const KEY = Buffer.from('12345678901234567890');

describe('HOTP (RFC 4226 appendix D)', () => {
  it.each([
    '755224',
    '287082',
    '359152',
    '969429',
    '338314',
    '254676',
    '287922',
    '162583',
    '399871',
    '520489',
  ])('gives %s', (code) => {
    const codes = Array.from({ length: 10 }, (_, counter) => hotp(KEY, counter));
    expect(codes).toContain(code);
    expect(new Set(codes).size).toBe(10);
  });
});

describe('TOTP (RFC 6238 appendix B)', () => {
  const keys = {
    sha1: KEY,
    sha256: Buffer.from('12345678901234567890123456789012'),
    sha512: Buffer.from('1234567890123456789012345678901234567890123456789012345678901234'),
  };

  it.each([
    [59, '94287082', '46119246', '90693936'],
    [1_111_111_109, '07081804', '68084774', '25091201'],
    [1_111_111_111, '14050471', '67062674', '99943326'],
    [1_234_567_890, '89005924', '91819424', '93441116'],
    [2_000_000_000, '69279037', '90698825', '38618901'],
    [20_000_000_000, '65353130', '77737706', '47863826'],
  ])('at %i s', (seconds, ...expected) => {
    const codeOf = (hash: keyof typeof keys) => hotp(keys[hash], stepAt(seconds * 1000), { digits: 8, hash });
    expect([codeOf('sha1'), codeOf('sha256'), codeOf('sha512')]).toEqual(expected);
  });

  const now = 1_111_111_111_000;
  const step = stepAt(now);

  it('knows the code of this step and of those beside it, and no other', () => {
    const known = [-2, -1, 0, 1, 2].map((drift) =>
      findStep(KEY, hotp(KEY, step + drift), { now, lastStep: 0 }),
    );
    expect(known).toEqual([null, step - 1, step, step + 1, null]);
  });

  it('knows a code once, and none of before it', () => {
    expect(findStep(KEY, hotp(KEY, step), { now, lastStep: step })).toBeNull();
    expect(findStep(KEY, hotp(KEY, step - 1), { now, lastStep: step })).toBeNull();
    expect(findStep(KEY, hotp(KEY, step + 1), { now, lastStep: step })).toBe(step + 1);
  });

  it('takes a code as people type it', () => {
    const code = hotp(KEY, step);
    expect(findStep(KEY, ` ${code.slice(0, 3)} ${code.slice(3)} `, { now, lastStep: 0 })).toBe(step);
  });

  it.each(['', '1', '1234567', 'abcdef', '١٢٣٤٥٦'])('does not know %j', (code) => {
    expect(findStep(KEY, code, { now, lastStep: 0 })).toBeNull();
  });
});

it.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('writes %j as base32 (RFC 4648 §10)', (text, expected) => {
  expect(toBase32(Buffer.from(text))).toBe(expected);
});

it('names server and administrator in what the QR code says', () => {
  expect(totpUri({ key: KEY, issuer: 'Postroom mail.example.com', name: 'Änne' })).toBe(
    'otpauth://totp/Postroom%20mail.example.com:%C3%84nne?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Postroom%20mail.example.com',
  );
});
