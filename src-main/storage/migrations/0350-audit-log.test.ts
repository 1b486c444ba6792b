import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('no entry can be changed, and none deleted before it was noted as cut', () => {
  const { connection, migrateTo } = openDatabaseBefore(350);
  migrateTo(350);
  connection.execute(`
    INSERT INTO audit_entry (sequence, at, who, call, body, previous_hash, hash)
      VALUES (1, 1, 'admin', 'settings.change', '{}', '', 'a'), (2, 2, 'admin', 'settings.change', '{}', 'a', 'b')
  `);
  expect(() => connection.execute(`UPDATE audit_entry SET body = '{"x":1}'`)).toThrow('append-only');
  expect(() => connection.execute('DELETE FROM audit_entry')).toThrow('append-only');
  connection.execute(`INSERT INTO audit_cut (only_row, sequence, hash, at) VALUES (1, 1, 'a', 3)`);
  expect(() => connection.execute('DELETE FROM audit_entry WHERE sequence <= 2')).toThrow('append-only');
  connection.execute('DELETE FROM audit_entry WHERE sequence <= 1');
  expect(connection.all('SELECT sequence FROM audit_entry')).toEqual([{ sequence: 2 }]);
});
