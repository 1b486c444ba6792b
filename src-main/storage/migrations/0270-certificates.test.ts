import { expect, test } from 'vitest';
import { openDatabaseBefore } from '../../../test/support/migrating-database.ts';

test.each([
  ['null', '[]'],
  ['{"certFile":"/a.pem","keyFile":"/b.pem"}', '[{"certFile":"/a.pem","keyFile":"/b.pem"}]'],
])('certificate files %s become a list', (before, after) => {
  const { connection, migrateTo } = openDatabaseBefore(270);
  connection.run(`INSERT INTO setting (name, value) VALUES ('certificateFiles', ?)`, before);
  migrateTo(270);
  expect(connection.get(`SELECT value FROM setting WHERE name = 'certificateFiles'`)).toEqual({
    value: after,
  });
});
