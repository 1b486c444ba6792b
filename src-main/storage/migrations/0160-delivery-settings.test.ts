import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test('domains and aliases of before go on as they did', () => {
  const { connection, migrateTo } = openDatabaseBefore(160);
  connection.execute(`
    INSERT INTO domain (name, created_at) VALUES ('server1.com', 1);
    INSERT INTO alias VALUES ('sales@server1.com', 'sales', 'server1.com', '["tom@server1.com"]');
  `);
  migrateTo(160);
  expect(connection.get('SELECT alias_of, catch_all, quota_bytes FROM domain')).toEqual({
    alias_of: null,
    catch_all: '[]',
    quota_bytes: null,
  });
  expect(
    connection.get('SELECT targets, is_enabled, expires_at, delivery, posting_rules FROM alias'),
  ).toEqual({
    targets: '["tom@server1.com"]',
    is_enabled: 1,
    expires_at: null,
    delivery: null,
    posting_rules: null,
  });
});
