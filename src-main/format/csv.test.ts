import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv } from './csv.ts';

const fieldsOf = (text: string) => parseCsv(text).map(({ fields }) => fields);

describe('CSV', () => {
  test('is lines of fields (RFC 4180 §2)', () => {
    expect(fieldsOf('aaa,bbb,ccc\r\nzzz,yyy,xxx')).toEqual([
      ['aaa', 'bbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ]);
  });

  test('has line ends, commas and quotes in quoted fields (RFC 4180 §2.6, §2.7)', () => {
    expect(parseCsv('"a ""b""","b\r\nbb",c\r\nx,"y, z",\r\n')).toEqual([
      { line: 1, fields: ['a "b"', 'b\r\nbb', 'c'] },
      { line: 3, fields: ['x', 'y, z', ''] },
    ]);
  });

  test.each([
    ['semicolons', 'a;"b;c";d'],
    ['tabs', 'a\t"b\tc"\td'],
  ])('has %s where spreadsheets write them', (_name, text) => {
    expect(fieldsOf(text)).toEqual([['a', text.slice(3, 6), 'd']]);
  });

  test('leaves empty lines out and counts them; a byte order mark is nobody’s name', () => {
    expect(parseCsv('\uFEFFa,b\n\n ,\nc,d')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 4, fields: ['c', 'd'] },
    ]);
  });

  test('comes back as it was written', () => {
    const field = fc.string().map((text) => text.trim());
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 5 }), (rows) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((row) => row.map(quote).join(',')).join('\r\n');
        const separatorIsClear = text.split(/\r?\n/u, 1)[0]?.match(/[;\t]/u) === null;
        fc.pre(separatorIsClear);
        expect(fieldsOf(text)).toEqual(rows.filter((row) => row.some((each) => each !== '')));
      }),
    );
  });

  test('ends for every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a",;\t\r\n ') }), (text) => void parseCsv(text)),
    );
  });
});
