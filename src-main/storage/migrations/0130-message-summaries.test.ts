import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('mail of before has no summaries yet, and is all there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  migrate(
    connection,
    path,
    MIGRATIONS.filter(({ version }) => version < 130),
  );
  connection.run('INSERT INTO content (reference_count, size_bytes) VALUES (1, 5)');
  expect(migrate(connection, path)).toContain(130);
  expect(connection.all('SELECT * FROM content_summary')).toEqual([]);
  expect(connection.all('SELECT id FROM content')).toEqual([{ id: 1 }]);
  connection.close();
  rmSync(folder, { recursive: true });
});
