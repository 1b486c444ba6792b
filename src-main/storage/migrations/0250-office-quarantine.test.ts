import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('copies of before are for their account, go to its INBOX, and are of the kind that their verdict says', () => {
  const { connection, migrateTo } = openDatabaseBefore(250);
  connection.execute(`INSERT INTO domain (name, created_at) VALUES ('example.com', 0);
     INSERT INTO account (id, local_part, domain, address_key, name, is_enabled, created_at, credentials)
     VALUES (7, 'anna', 'example.com', 'anna@example.com', '', 1, 0, '{}')`);
  const finding = { check: 'attachment', outcome: 'isProgram', weight: 0, detail: '' };
  const verdict = { action: 'quarantine', score: 0, findings: [finding], decidedBy: 'attachment.isProgram' };
  connection.run(
    `INSERT INTO quarantine (account_id, content_id, size_bytes, prefix, trace_id, reverse_path, recipient, author, subject, verdict,
                             kept_at) VALUES (7, 1, 2, '', 'a', '', 'sales@example.com', '', '', ?, 3)`,
    JSON.stringify(verdict),
  );
  migrateTo(250);
  expect(connection.get('SELECT address, kind, way FROM quarantine')).toEqual({
    address: 'anna@example.com',
    kind: 'attachment',
    way: '{"kind":"inbox"}',
  });
});
