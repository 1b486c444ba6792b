import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';
import { SqliteDirectoryRows } from '../directory-store.ts';
import type { Writer } from '../writer.ts';

test('accounts of before have no limit of messages and were warned of nothing', async () => {
  const { connection, migrateTo } = openDatabaseBefore(140);
  connection.execute(`
    INSERT INTO domain VALUES ('server1.com', 1);
    INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES ('tom', 'server1.com', 'tom@server1.com', 'Tom', 1, 1, '{}');
  `);
  migrateTo();
  const rows = new SqliteDirectoryRows({} as Writer, connection);
  expect(await rows.listAccounts()).toMatchObject([{ quotaMessages: null, quotaWarned: 0 }]);
});
