import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('administrators of before are owners, and need no second factor', () => {
  const { connection, migrateTo } = openDatabaseBefore(340);
  connection.execute(`INSERT INTO administrator (name, password) VALUES ('admin', 'scrypt$')`);
  migrateTo(340);
  expect(connection.get('SELECT * FROM administrator')).toEqual({
    ...{ name: 'admin', password: 'scrypt$', role: 'owner', domains: '[]', places: '[]' },
    ...{ created_at: 0, password_changed_at: 0, last_sign_in: 'null' },
    factor: '{"totp":null,"recovery":[],"passkeys":[]}',
  });
});
