import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('passwords of before were not judged', () => {
  const { connection, migrateTo } = openDatabaseBefore(380);
  migrateTo(380);
  expect(connection.all('SELECT * FROM password_strength')).toEqual([]);
});
