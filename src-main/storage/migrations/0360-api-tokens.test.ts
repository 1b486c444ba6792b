import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('nobody has a token at first', () => {
  const { connection, migrateTo } = openDatabaseBefore(360);
  migrateTo(360);
  expect(connection.get('SELECT count(*) AS count FROM api_token')).toEqual({ count: 0 });
});
