import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('what was queued before asked nothing of DSNs, and no delay was reported', () => {
  const { connection, migrateTo } = openDatabaseBefore(20);
  connection.run(
    `INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8)
     VALUES ('e', 1, 5, 'tom@example.com', 0, 'submission', 0)`,
  );
  connection.run(
    `INSERT INTO queue_recipient (entry_id, ordinal, address, state, attempts, next_attempt_at)
     VALUES ('e', 0, 'anna@example.com', 'queued', 0, 0)`,
  );
  expect(migrateTo(20)).toEqual([20]);
  expect(connection.get('SELECT id, dsn FROM queue_entry')).toEqual({ id: 'e', dsn: null });
  expect(connection.get('SELECT address, dsn, is_delay_reported FROM queue_recipient')).toEqual({
    address: 'anna@example.com',
    dsn: null,
    is_delay_reported: 0,
  });
});
