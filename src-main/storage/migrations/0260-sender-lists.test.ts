import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('a database of before lists no senders', () => {
  const { connection, migrateTo } = openDatabaseBefore(260);
  migrateTo(260);
  expect(connection.get('SELECT count(*) AS count FROM listed_sender')).toEqual({ count: 0 });
});
