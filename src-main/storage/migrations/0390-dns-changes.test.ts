import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('nobody has changed DNS from here at first, and a domain has one last change', () => {
  const { connection, migrateTo } = openDatabaseBefore(390);
  migrateTo(390);
  const put =
    'INSERT OR REPLACE INTO dns_change (domain, change, changed_at, changed_by) VALUES (?, ?, 1, ?)';
  expect(connection.all('SELECT * FROM dns_change')).toEqual([]);
  connection.run(put, 'server1.com', 'one', 'admin');
  connection.run(put, 'server1.com', 'two', 'admin');
  expect(connection.all('SELECT change FROM dns_change')).toEqual([{ change: 'two' }]);
});
