import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('a database of before keeps nothing apart', () => {
  const { connection, migrateTo } = openDatabaseBefore(220);
  migrateTo(220);
  expect(connection.get('SELECT count(*) AS count FROM quarantine')).toEqual({ count: 0 });
});
