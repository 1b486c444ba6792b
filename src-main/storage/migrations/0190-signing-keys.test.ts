import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('domains of before have no keys, and keys go with their domain', () => {
  const { connection, migrateTo } = openDatabaseBefore(190);
  connection.run("INSERT INTO domain (name, created_at) VALUES ('server1.com', 1)");
  migrateTo(190);
  expect(connection.all('SELECT * FROM signing_key')).toEqual([]);
  connection.run(
    "INSERT INTO signing_key (domain, selector, algorithm, public_key, state, created_at, changed_at) VALUES ('server1.com', 'r', 'rsa-sha256', 'x', 'announced', 1, 1)",
  );
  connection.run("DELETE FROM domain WHERE name = 'server1.com'");
  expect(connection.all('SELECT * FROM signing_key')).toEqual([]);
});
