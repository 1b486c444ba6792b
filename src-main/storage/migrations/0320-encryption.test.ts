import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('what is there stays as it is and in the clear, and its columns may hold sealed values', () => {
  const { connection, migrateTo } = openDatabaseBefore(320);
  connection.run('INSERT INTO content (reference_count, size_bytes) VALUES (1, 5)');
  connection.run("INSERT INTO content_body (content_id, message_index, octets) VALUES (1, '{}', x'61')");
  connection.run("INSERT INTO setting (name, value) VALUES ('hostname', '\"a\"')");
  expect(migrateTo(320)).toEqual([320]);
  expect(connection.get('SELECT state, root_key FROM sealing')).toEqual({ state: 'off', root_key: null });
  expect(connection.get("SELECT value FROM setting WHERE name = 'hostname'")).toEqual({ value: '"a"' });
  expect(connection.get('SELECT data_key FROM content')).toEqual({ data_key: null });
  connection.run("UPDATE content_body SET message_index = x'ff'");
  connection.run("UPDATE setting SET value = x'ff'");
  expect(connection.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(() => connection.run("UPDATE setting SET name = x'ff'")).toThrow(/BLOB/u);
});
