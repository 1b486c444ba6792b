import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('a name is taken once by each account and once by the office', () => {
  const { connection, migrateTo } = openDatabaseBefore(170);
  migrateTo(170);
  const add = () =>
    connection.run(
      "INSERT INTO sieve_script (name, text, size_octets, changed_at) VALUES ('a', 'keep;', 5, 0)",
    );
  add();
  expect(add).toThrow(/UNIQUE/);
});
