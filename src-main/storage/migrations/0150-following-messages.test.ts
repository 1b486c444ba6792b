import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('entries of before have nothing above their content and were not screened', () => {
  const { connection, migrateTo } = openDatabaseBefore(150);
  connection.run(
    "INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8) VALUES ('a', 1, 2, '', 3, 'reception', 0)",
  );
  migrateTo(150);
  expect(connection.get('SELECT prefix, verdict FROM queue_entry')).toEqual({ prefix: '', verdict: null });
});
