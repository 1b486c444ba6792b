import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('of what was queued before nobody knows who handed it in, and it declared nothing', () => {
  const { connection, migrateTo } = openDatabaseBefore(30);
  connection.run(
    `INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8)
     VALUES ('e', 1, 5, 'tom@example.com', 0, 'submission', 0)`,
  );
  expect(migrateTo(30)).toEqual([30]);
  expect(connection.get('SELECT id, client, is_eight_bit, require_tls FROM queue_entry')).toEqual({
    id: 'e',
    client: null,
    is_eight_bit: 0,
    require_tls: 0,
  });
});
