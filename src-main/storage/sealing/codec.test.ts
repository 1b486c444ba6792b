import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  isSealed,
  keyIdOf,
  openValue,
  quoteOctets,
  SealBrokenError,
  sealName,
  sealValue,
  unquoteOctets,
} from './codec.ts';
import {
  CHUNK_OCTETS,
  clearFileSize,
  fileKey,
  FileSealer,
  openPart,
  openWhatOpens,
  SealedRange,
  sealedFileSize,
  sealPart,
} from './content-cipher.ts';

const key = { id: 7, key: createSecretKey(randomBytes(32)) };
const octets = fc.uint8Array({ maxLength: 300 });
const value = fc.oneof(fc.string({ unit: 'grapheme' }), octets);

test('what was sealed is opened as it was, by the key that it names', () => {
  fc.assert(
    fc.property(value, fc.string(), (clear, about) => {
      const sealed = sealValue(clear, key, about);
      expect(isSealed(sealed)).toBe(true);
      expect(keyIdOf(sealed)).toBe(7);
      const opened = openValue(sealed, key.key, about);
      expect(typeof clear === 'string' ? opened : Uint8Array.from(opened as Uint8Array)).toEqual(clear);
    }),
  );
});

test('an octet that was changed, a cut, another place or another key is noticed', () => {
  fc.assert(
    fc.property(value, fc.nat(), fc.integer({ min: 1, max: 255 }), (clear, at, flip) => {
      const sealed = sealValue(clear, key, 'subject 1');
      const changed = Buffer.from(sealed);
      // The marker says that it is sealed at all.
      const place = 3 + (at % (sealed.length - 3));
      changed[place] = (changed[place] ?? 0) ^ flip;
      expect(() => openValue(changed, key.key, 'subject 1')).toThrow(SealBrokenError);
      expect(() => openValue(sealed.subarray(0, at % sealed.length), key.key, 'subject 1')).toThrow();
      expect(() => openValue(sealed, key.key, 'subject 2')).toThrow(SealBrokenError);
      expect(() => openValue(sealed, createSecretKey(randomBytes(32)), 'subject 1')).toThrow(SealBrokenError);
    }),
  );
});

test('the same value is sealed otherwise each time; a name that is looked up is not', () => {
  expect(sealValue('anna', key, 'a')).not.toEqual(sealValue('anna', key, 'a'));
  expect(sealName('anna', key, 'a')).toEqual(sealName('anna', key, 'a'));
  expect(sealName('anna', key, 'a')).not.toEqual(sealName('anna', key, 'b'));
  expect(openValue(sealName('anna', key, 'a'), key.key, 'a')).toBe('anna');
});

test('clear octets are never taken for sealed ones, whatever somebody writes', () => {
  fc.assert(
    fc.property(octets, fc.boolean(), (clear, isForged) => {
      const written = isForged ? Uint8Array.from(sealValue(clear, key, 'a')) : clear;
      const stored = quoteOctets(written);
      expect(isSealed(stored)).toBe(false);
      expect(Uint8Array.from(unquoteOctets(stored))).toEqual(written);
    }),
  );
});

test('the octets of a content are not its index', () => {
  const sealed = sealPart(Buffer.from('Good morning.'), key.key, 'octets');
  expect(openPart(sealed, key.key, 'octets').toString()).toBe('Good morning.');
  expect(() => openPart(sealed, key.key, 'index')).toThrow(SealBrokenError);
  expect(() => openPart(sealed.subarray(0, 20), key.key, 'octets')).toThrow(SealBrokenError);
});

const dataKey = randomBytes(32);
const ofFile = fileKey(dataKey, 'a.eml');

function sealFile(clear: Uint8Array, pieceOctets: number): Buffer {
  const sealer = new FileSealer(ofFile);
  const pieces: Buffer[] = [];
  for (let at = 0; at < clear.length; at += pieceOctets)
    pieces.push(sealer.write(clear.subarray(at, at + pieceOctets)));
  return Buffer.concat([...pieces, sealer.end()]);
}

function readRange(sealed: Uint8Array, start: number, end: number): Buffer {
  const range = new SealedRange({ start, end }, sealed.length);
  return range.open(sealed.subarray(range.start, range.end), ofFile);
}

test('any range of a file is read without the rest, however it was written', () => {
  const whole = randomBytes(3 * CHUNK_OCTETS + 5);
  fc.assert(
    fc.property(
      fc.record({
        size: fc.constantFrom(
          0,
          1,
          CHUNK_OCTETS - 1,
          CHUNK_OCTETS,
          CHUNK_OCTETS + 1,
          2 * CHUNK_OCTETS,
          whole.length,
        ),
        piece: fc.integer({ min: 1_000, max: 150_000 }),
        start: fc.nat(whole.length + 10),
        length: fc.nat(whole.length + 10),
      }),
      ({ size, piece, start, length }) => {
        const clear = whole.subarray(0, size);
        const sealed = sealFile(clear, piece);
        expect(sealed.length).toBe(sealedFileSize(size));
        expect(clearFileSize(sealed.length)).toBe(size);
        const wanted = clear.subarray(start, start + length);
        expect(readRange(sealed, start, start + length).equals(wanted)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('a file that was cut short, put together otherwise or renamed does not open; what is whole of it is saved', () => {
  const clear = randomBytes(3 * CHUNK_OCTETS);
  const sealed = sealFile(clear, 50_000);
  const chunk = CHUNK_OCTETS + 16;
  expect(() => readRange(sealed.subarray(0, 2 * chunk), 0, 2 * CHUNK_OCTETS)).toThrow(SealBrokenError);
  const swapped = Buffer.concat([
    sealed.subarray(chunk, 2 * chunk),
    sealed.subarray(0, chunk),
    sealed.subarray(2 * chunk),
  ]);
  expect(() => readRange(swapped, 0, 10)).toThrow(SealBrokenError);
  const renamed = new SealedRange({ start: 0, end: 10 }, sealed.length);
  expect(() => renamed.open(sealed.subarray(renamed.start, renamed.end), fileKey(dataKey, 'b.eml'))).toThrow(
    SealBrokenError,
  );
  expect(
    openWhatOpens(sealed.subarray(0, 2 * chunk + 100), ofFile).equals(clear.subarray(0, 2 * CHUNK_OCTETS)),
  ).toBe(true);
  expect(openWhatOpens(sealed, ofFile).equals(clear)).toBe(true);
});
