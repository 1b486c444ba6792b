import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('nothing stands for the whole office at first', () => {
  const { connection, migrateTo } = openDatabaseBefore(240);
  expect(migrateTo(240)).toEqual([240]);
  expect(connection.all('SELECT * FROM office_mark')).toEqual([]);
});
