import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAnswerAddresses } from './answer-address.ts';

const PLACE = { entryId: '1jm4q8v2k7d3fz0x', ordinal: 2 };
const SECRET = new Uint8Array(32).fill(7);
const addresses = (separators: string, secret = SECRET) =>
  createAnswerAddresses({ secret, separators: () => separators });

describe('an answer address', () => {
  test.each(['+', '-', '=', ''])(
    'names the decision and the held recipient, with "%s" for details',
    (separators) => {
      const { addressOf, read } = addresses(separators);
      const address = addressOf('approve', PLACE, 'team@server1.com');
      expect(address).toMatch(/^team[+=-]approve-1jm4q8v2k7d3fz0x-2-[a-z2-7]{16}@server1\.com$/u);
      expect(read(address)).toEqual({ decision: 'approve', ...PLACE });
      expect(read(address.toUpperCase())).toEqual({ decision: 'approve', ...PLACE });
    },
  );

  test('goes without the name of a group that is too long for it (RFC 5321 §4.5.3.1.1)', () => {
    const { addressOf, read } = addresses('+');
    const address = addressOf('refuse', PLACE, `${'t'.repeat(40)}@server1.com`);
    expect(address).toMatch(/^refuse-/u);
    expect(read(address)).toEqual({ decision: 'refuse', ...PLACE });
  });

  test('that another server made, or somebody changed, is an address like any other', () => {
    const { addressOf, read } = addresses('+');
    expect(
      read(addresses('+', new Uint8Array(32)).addressOf('approve', PLACE, 'team@server1.com')),
    ).toBeNull();
    const refusing = addressOf('refuse', PLACE, 'team@server1.com');
    expect(read(refusing.replace('refuse', 'approve'))).toBeNull();
    expect(read(refusing.replace('-2-', '-3-'))).toBeNull();
    expect(read('team+news@server1.com')).toBeNull();
  });

  test('reads nothing out of what strangers make up', () => {
    const { read } = addresses('+');
    fc.assert(fc.property(fc.string(), (text) => read(`team+approve-${text}@server1.com`) === null));
    fc.assert(fc.property(fc.string(), (text) => read(text) === null));
  });
});
