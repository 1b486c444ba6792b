import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { storageTroubleOf } from '../base/storage-trouble.ts';
import { errorOf, failureOf } from './worker-messages.ts';

const overThreads = (error: unknown) => errorOf(structuredClone(failureOf(error)));

function sqliteErrorOf(work: (database: Database.Database) => void): unknown {
  const database = new Database(':memory:');
  try {
    work(database);
    return null;
  } catch (error) {
    return error;
  } finally {
    database.close();
  }
}

test("an error of the driver's is known by its code in another thread", () => {
  const full = sqliteErrorOf((database) => {
    database.pragma('max_page_count = 1');
    database.exec('CREATE TABLE t (a TEXT)');
  });
  expect(overThreads(full)).toMatchObject({ message: 'database or disk is full', code: 'SQLITE_FULL' });
  expect(storageTroubleOf(overThreads(full))).toBe('full');
});

test('what is no error, or has no code, arrives as what it says', () => {
  expect(overThreads('gone')).toEqual(new Error('gone'));
  expect(overThreads(new Error('a mistake'))).not.toHaveProperty('code');
});
