import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('a database of before gets an empty search index, and mail that was there is still to be read into it', () => {
  const { connection, migrateTo } = openDatabaseBefore(80);
  connection.run('INSERT INTO content (reference_count, size_bytes) VALUES (1, 5)');
  expect(migrateTo()).toContain(80);
  expect(connection.all('SELECT * FROM search_block')).toEqual([]);
  expect(connection.all('SELECT * FROM search_slice')).toEqual([]);
  expect(connection.all('SELECT id FROM content')).toEqual([{ id: 1 }]);
});
