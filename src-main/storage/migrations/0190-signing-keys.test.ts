import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('domains of before have no keys, and keys go with their domain', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  const upTo = (version: number) => MIGRATIONS.filter((migration) => migration.version <= version);
  migrate(connection, path, upTo(150));
  connection.run("INSERT INTO domain (name, created_at) VALUES ('server1.com', 1)");
  migrate(connection, path, upTo(190));
  expect(connection.all('SELECT * FROM signing_key')).toEqual([]);
  connection.run(
    "INSERT INTO signing_key (domain, selector, algorithm, public_key, state, created_at, changed_at) VALUES ('server1.com', 'r', 'rsa-sha256', 'x', 'announced', 1, 1)",
  );
  connection.run("DELETE FROM domain WHERE name = 'server1.com'");
  expect(connection.all('SELECT * FROM signing_key')).toEqual([]);
  connection.close();
  rmSync(folder, { recursive: true });
});
