import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResponseBuffer } from './response-buffer.ts';

const piece = fc.oneof(fc.maxSafeNat(), fc.nat(1200), fc.string({ unit: 'binary-ascii', maxLength: 40_000 }));

test('what was written is there as octets, in order, however much it is', () => {
  const buffer = new ResponseBuffer();
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      for (const each of pieces) {
        if (typeof each === 'number') buffer.number(each);
        else buffer.text(each);
      }
      expect(Buffer.from(buffer.take()).toString('latin1')).toBe(pieces.join(''));
    }),
  );
});

test('what is taken back is not there', () => {
  const buffer = new ResponseBuffer();
  buffer.text('* 1 FETCH ()');
  const { length } = buffer;
  buffer.text('* 2 FETCH (');
  buffer.rewind(length);
  expect(Buffer.from(buffer.take()).toString()).toBe('* 1 FETCH ()');
});
