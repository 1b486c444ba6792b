import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('entries of before have nothing above their content and were not screened', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  const upTo = (version: number) => MIGRATIONS.filter((migration) => migration.version <= version);
  migrate(connection, path, upTo(140));
  connection.run(
    "INSERT INTO queue_entry (id, content_id, size_bytes, reverse_path, received_at, origin, smtp_utf8) VALUES ('a', 1, 2, '', 3, 'reception', 0)",
  );
  migrate(connection, path, upTo(150));
  expect(connection.get('SELECT prefix, verdict FROM queue_entry')).toEqual({ prefix: '', verdict: null });
  connection.close();
  rmSync(folder, { recursive: true });
});
