import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from '../connection.ts';
import { migrate, MIGRATIONS } from './index.ts';

test('routes of before are called after their domains and go on as they did', () => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  const upTo = (version: number) => MIGRATIONS.filter((migration) => migration.version <= version);
  migrate(connection, path, upTo(50));
  const old = (recipientDomain: string) => ({ recipientDomain, hosts: ['mx.example'], tls: 'none' });
  connection.run(
    "INSERT INTO setting (name, value) VALUES ('routes', ?)",
    JSON.stringify([old('*'), old('a.example'), old('*')]),
  );
  migrate(connection, path, upTo(60));
  const kept = connection.get<{ value: string }>("SELECT value FROM setting WHERE name = 'routes'");
  const now = { protocol: 'smtp', verifyCertificate: false };
  expect(JSON.parse(kept?.value ?? '')).toEqual([
    { ...old('*'), name: '*', ...now },
    { ...old('a.example'), name: 'a.example', ...now },
    { ...old('*'), name: '* (3)', ...now },
  ]);
  connection.close();
  rmSync(folder, { recursive: true });
});
