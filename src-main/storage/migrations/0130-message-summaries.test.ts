import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('mail of before has no summaries yet, and is all there', () => {
  const { connection, migrateTo } = openDatabaseBefore(130);
  connection.run('INSERT INTO content (reference_count, size_bytes) VALUES (1, 5)');
  expect(migrateTo()).toContain(130);
  expect(connection.all('SELECT * FROM content_summary')).toEqual([]);
  expect(connection.all('SELECT id FROM content')).toEqual([{ id: 1 }]);
});
