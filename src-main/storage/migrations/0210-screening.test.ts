import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('a database of before has learned nothing yet, and can', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  const upTo = (version: number) => MIGRATIONS.filter((migration) => migration.version <= version);
  migrate(connection, path, upTo(200));
  migrate(connection, path, upTo(210));
  connection.run('INSERT INTO bayes_owner (owner, junk, mail, tokens) VALUES (0, 1, 2, 3)');
  expect(connection.get('SELECT junk, mail FROM bayes_owner')).toEqual({ junk: 1, mail: 2 });
  expect(connection.get('SELECT count(*) AS count FROM greylist')).toEqual({ count: 0 });
  connection.close();
  rmSync(folder, { recursive: true });
});
