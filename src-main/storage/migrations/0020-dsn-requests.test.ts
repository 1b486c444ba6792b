import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('what was queued before asked nothing of DSNs, and no delay was reported', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  migrate(
    connection,
    path,
    MIGRATIONS.filter(({ version }) => version < 20),
  );
  connection.run(
    `INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8)
     VALUES ('e', 1, 5, 'tom@example.com', 0, 'submission', 0)`,
  );
  connection.run(
    `INSERT INTO queue_recipient (entry_id, ordinal, address, state, attempts, next_attempt_at)
     VALUES ('e', 0, 'anna@example.com', 'queued', 0, 0)`,
  );
  expect(
    migrate(
      connection,
      path,
      MIGRATIONS.filter(({ version }) => version <= 20),
    ),
  ).toEqual([20]);
  expect(connection.get('SELECT id, dsn FROM queue_entry')).toEqual({ id: 'e', dsn: null });
  expect(connection.get('SELECT address, dsn, is_delay_reported FROM queue_recipient')).toEqual({
    address: 'anna@example.com',
    dsn: null,
    is_delay_reported: 0,
  });
  connection.close();
  rmSync(folder, { recursive: true });
});
