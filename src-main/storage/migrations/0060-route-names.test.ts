import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('routes of before are called after their domains and go on as they did', () => {
  const { connection, migrateTo } = openDatabaseBefore(60);
  const old = (recipientDomain: string) => ({ recipientDomain, hosts: ['mx.example'], tls: 'none' });
  connection.run(
    "INSERT INTO setting (name, value) VALUES ('routes', ?)",
    JSON.stringify([old('*'), old('a.example'), old('*')]),
  );
  migrateTo(60);
  const kept = connection.get<{ value: string }>("SELECT value FROM setting WHERE name = 'routes'");
  const now = { protocol: 'smtp', verifyCertificate: false };
  expect(JSON.parse(kept?.value ?? '')).toEqual([
    { ...old('*'), name: '*', ...now },
    { ...old('a.example'), name: 'a.example', ...now },
    { ...old('*'), name: '* (3)', ...now },
  ]);
});
