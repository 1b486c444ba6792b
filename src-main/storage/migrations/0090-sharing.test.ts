import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';
import { SqliteDirectoryRows } from '../directory-store.ts';
import type { Writer } from '../writer.ts';

test('accounts of before are those of persons, and nobody has rights on their mailboxes', async () => {
  const { connection, migrateTo } = openDatabaseBefore(90);
  connection.execute(`
    INSERT INTO domain VALUES ('server1.com', 1);
    INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES ('tom', 'server1.com', 'tom@server1.com', 'Tom', 1, 1, '{}');
  `);
  expect(migrateTo()).toContain(90);
  const rows = new SqliteDirectoryRows({} as Writer, connection);
  expect((await rows.listAccounts()).map(({ kind }) => kind)).toEqual(['person']);
  expect(connection.all('SELECT * FROM mailbox_grant')).toEqual([]);
  expect(connection.all('SELECT * FROM reader_seen')).toEqual([]);
});
