import { describe, expect, test } from 'vitest';
import { STORAGE_TROUBLE_TEXTS, storageTroubleOf } from './storage-trouble.ts';

const failing = (code: string) => Object.assign(new Error('it failed'), { code });

describe('an error of the disk', () => {
  test.each([
    ['ENOSPC', 'full'],
    ['SQLITE_FULL', 'full'],
    ['SQLITE_READONLY_DBMOVED', 'readOnly'],
    ['SQLITE_IOERR_FSYNC', 'faulty'],
    ['SQLITE_CORRUPT_INDEX', 'damaged'],
    ['SQLITE_CANTOPEN', 'outOfReach'],
    ['EMFILE', 'tooManyFiles'],
    ['STORAGE_UNAVAILABLE', 'beginning'],
  ])('is known by its code: %s', (code, trouble) => {
    expect(storageTroubleOf(failing(code))).toBe(trouble);
  });

  test.each([
    ['a mistake', new TypeError('x is not a function')],
    ['a rule of the database that was broken', failing('SQLITE_CONSTRAINT_UNIQUE')],
    ['a statement that is wrong', failing('SQLITE_ERROR')],
    ['a file that should be there', failing('ENOENT')],
    ['a connection that was cut', failing('ECONNRESET')],
    ['nothing', null],
    ['a number for a code', Object.assign(new Error('it failed'), { code: 28 })],
  ])('is not %s', (_, error) => {
    expect(storageTroubleOf(error)).toBeNull();
  });

  test('is told in ASCII, short enough for any reply', () => {
    for (const text of Object.values(STORAGE_TROUBLE_TEXTS)) expect(text).toMatch(/^[ -~]{20,80}$/);
  });
});
