import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { SqliteDirectoryRows } from '../directory-store.ts';
import type { Writer } from '../writer.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('accounts of before are those of persons, and nobody has rights on their mailboxes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  migrate(
    connection,
    path,
    MIGRATIONS.filter(({ version }) => version < 90),
  );
  connection.execute(`
    INSERT INTO domain VALUES ('server1.com', 1);
    INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES ('tom', 'server1.com', 'tom@server1.com', 'Tom', 1, 1, '{}');
  `);
  expect(migrate(connection, path)).toContain(90);
  const rows = new SqliteDirectoryRows({} as Writer, connection);
  expect((await rows.listAccounts()).map(({ kind }) => kind)).toEqual(['person']);
  expect(connection.all('SELECT * FROM mailbox_grant')).toEqual([]);
  expect(connection.all('SELECT * FROM reader_seen')).toEqual([]);
  connection.close();
  rmSync(folder, { recursive: true });
});
