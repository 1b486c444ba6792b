import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';
import { DEFAULT_POP3_SETTINGS } from '../../directory/port.ts';
import { SqliteDirectoryRows } from '../directory-store.ts';
import type { Writer } from '../writer.ts';

test('accounts of before are fetched as they were', async () => {
  const { connection, migrateTo } = openDatabaseBefore(70);
  connection.execute(`
    INSERT INTO domain VALUES ('server1.com', 1);
    INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES ('tom', 'server1.com', 'tom@server1.com', 'Tom', 1, 1, '{}');
  `);
  migrateTo();
  const rows = new SqliteDirectoryRows({} as Writer, connection);
  expect((await rows.listAccounts()).map(({ pop3 }) => pop3)).toEqual([DEFAULT_POP3_SETTINGS]);
});
