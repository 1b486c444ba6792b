import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { SqliteDirectoryRows } from '../directory-store.ts';
import type { Writer } from '../writer.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('accounts of before have no limit of messages and were warned of nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  migrate(
    connection,
    path,
    MIGRATIONS.filter(({ version }) => version < 140),
  );
  connection.execute(`
    INSERT INTO domain VALUES ('server1.com', 1);
    INSERT INTO account (local_part, domain, address_key, name, is_enabled, created_at, credentials)
      VALUES ('tom', 'server1.com', 'tom@server1.com', 'Tom', 1, 1, '{}');
  `);
  migrate(connection, path);
  const rows = new SqliteDirectoryRows({} as Writer, connection);
  expect(await rows.listAccounts()).toMatchObject([{ quotaMessages: null, quotaWarned: 0 }]);
  connection.close();
  rmSync(folder, { recursive: true });
});
