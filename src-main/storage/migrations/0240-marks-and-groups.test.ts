import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('nothing stands for the whole office at first, and no group has rights', () => {
  const { connection, migrateTo } = openDatabaseBefore(240);
  expect(migrateTo(240)).toEqual([240]);
  for (const table of ['office_mark', 'sharing_group', 'sharing_group_member']) {
    expect(connection.all(`SELECT * FROM ${table}`)).toEqual([]);
  }
});
