import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('mailboxes of before have no annotations, and may get some', () => {
  const { connection, migrateTo } = openDatabaseBefore(110);
  connection.execute(`
    INSERT INTO domain VALUES ('server1.com', 1);
    INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES ('tom', 'server1.com', 'tom@server1.com', 'Tom', 1, 1, '{}');
    INSERT INTO mailbox (account_id, name, uid_validity) VALUES (1, 'INBOX', 1);
  `);
  expect(migrateTo()).toContain(110);
  expect(connection.all('SELECT * FROM metadata')).toEqual([]);
  connection.run("INSERT INTO metadata VALUES (1, 0, '/shared/comment', x'61')");
  expect(connection.all('SELECT name FROM mailbox')).toEqual([{ name: 'INBOX' }]);
});
