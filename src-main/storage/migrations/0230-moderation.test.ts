import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('what was held before waits for no moderator', () => {
  const { connection, migrateTo } = openDatabaseBefore(230);
  connection.run(
    "INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8) VALUES ('a', 1, 2, '', 3, 'reception', 0)",
  );
  connection.run(
    "INSERT INTO queue_recipient (entry_id, ordinal, address, state, attempts, next_attempt_at) VALUES ('a', 0, 'anna@server1.com', 'held', 0, 3)",
  );
  migrateTo(230);
  expect(connection.get('SELECT state, moderated_group FROM queue_recipient')).toEqual({
    state: 'held',
    moderated_group: null,
  });
});
