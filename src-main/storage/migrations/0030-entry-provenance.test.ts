import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('of what was queued before nobody knows who handed it in, and it declared nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  const upTo = (version: number) => MIGRATIONS.filter((migration) => migration.version <= version);
  migrate(connection, path, upTo(20));
  connection.run(
    `INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8)
     VALUES ('e', 1, 5, 'tom@example.com', 0, 'submission', 0)`,
  );
  expect(migrate(connection, path, upTo(30))).toEqual([30]);
  expect(connection.get('SELECT id, client, is_eight_bit, require_tls FROM queue_entry')).toEqual({
    id: 'e',
    client: null,
    is_eight_bit: 0,
    require_tls: 0,
  });
  connection.close();
  rmSync(folder, { recursive: true });
});
