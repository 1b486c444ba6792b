import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('nothing was asked before there was anybody to ask', () => {
  const { connection, migrateTo } = openDatabaseBefore(370);
  migrateTo(370);
  for (const table of ['health_finding', 'health_change', 'health_ignored', 'health_run'])
    expect(connection.all(`SELECT * FROM ${table}`)).toEqual([]);
});
