import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Connection } from './connection.ts';
import { migrate } from './migrations/index.ts';
import { DUE, NEXT_DUE } from './queue-store.ts';

test.each([
  ['what is due', DUE],
  ['when something is due next', NEXT_DUE],
])('%s is found by a walk along one index, without sorting', (_title, query) => {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-queue-plan-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  migrate(connection, path);
  const plan = connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, 0, 1_000);
  expect(plan).toHaveLength(1);
  expect(plan[0]?.detail).toMatch(
    /^SEARCH queue_recipient USING COVERING INDEX queue_recipient_due \(is_bulk=\? AND next_attempt_at[<>]\?\)$/,
  );
  connection.close();
  rmSync(folder, { recursive: true });
});
