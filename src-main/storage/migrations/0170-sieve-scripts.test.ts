import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('a name is taken once by each account and once by the office', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  const upTo = (version: number) => MIGRATIONS.filter((migration) => migration.version <= version);
  migrate(connection, path, upTo(150));
  migrate(connection, path, upTo(170));
  const add = () =>
    connection.run(
      "INSERT INTO sieve_script (name, text, size_octets, changed_at) VALUES ('a', 'keep;', 5, 0)",
    );
  add();
  expect(add).toThrow(/UNIQUE/);
  connection.close();
  rmSync(folder, { recursive: true });
});
