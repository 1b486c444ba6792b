import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('a database of before has learned nothing yet, and can', () => {
  const { connection, migrateTo } = openDatabaseBefore(210);
  migrateTo(210);
  connection.run('INSERT INTO bayes_owner (owner, junk, mail, tokens) VALUES (0, 1, 2, 3)');
  expect(connection.get('SELECT junk, mail FROM bayes_owner')).toEqual({ junk: 1, mail: 2 });
  expect(connection.get('SELECT count(*) AS count FROM greylist')).toEqual({ count: 0 });
});
