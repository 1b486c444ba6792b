import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('accounts of before sign in with their password, and have no app passwords', () => {
  const { connection, migrateTo } = openDatabaseBefore(290);
  connection.execute(`
    INSERT INTO domain (name, created_at) VALUES ('server1.com', 1);
    INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES ('tom', 'server1.com', 'tom@server1.com', 'Tom', 1, 1, '{}');
  `);
  migrateTo(290);
  expect(connection.get('SELECT requires_app_password FROM account')).toEqual({ requires_app_password: 0 });
  expect(connection.get('SELECT count(*) AS count FROM app_password')).toEqual({ count: 0 });
  expect(connection.get('SELECT count(*) AS count FROM sign_in')).toEqual({ count: 0 });
});
