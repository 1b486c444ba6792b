import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('what was queued before is ordinary, was routed nowhere yet, and is found by the index of what is due', () => {
  const { connection, migrateTo } = openDatabaseBefore(40);
  connection.run(
    `INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8)
     VALUES ('e', 1, 5, 'tom@example.com', 0, 'submission', 0)`,
  );
  connection.run(
    `INSERT INTO queue_recipient (entry_id, ordinal, address, state, attempts, next_attempt_at)
     VALUES ('e', 0, 'anna@example.com', 'deferred', 2, 7)`,
  );
  expect(migrateTo(40)).toEqual([40]);
  expect(connection.get('SELECT id, is_bulk FROM queue_entry')).toEqual({ id: 'e', is_bulk: 0 });
  expect(
    connection.get(
      'SELECT state, attempts, is_bulk, next_hop, chosen_next_hop, held_by FROM queue_recipient',
    ),
  ).toEqual({
    state: 'deferred',
    attempts: 2,
    is_bulk: 0,
    next_hop: null,
    chosen_next_hop: null,
    held_by: null,
  });
  expect(
    connection.all(
      `SELECT entry_id FROM queue_recipient INDEXED BY queue_recipient_due
        WHERE state IN ('queued', 'deferred') AND is_bulk = 0 AND next_attempt_at <= 7`,
    ),
  ).toEqual([{ entry_id: 'e' }]);
});
