/** A database of an earlier version, for tests of migrations; it goes with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Connection } from '../../src-main/storage/connection.ts';
import { migrate, MIGRATIONS } from '../../src-main/storage/migrations/index.ts';

export interface MigratingDatabase {
  readonly connection: Connection;
  /** Runs what is missing up to the version, that one included (without one: all); answers the versions that were run. */
  migrateTo(version?: number): readonly number[];
}

/** As it was before the migration with this version. */
export function openDatabaseBefore(version: number): MigratingDatabase {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-migrate-'));
  const path = join(folder, 'test.db');
  const connection = new Connection(path, { readonly: false });
  onTestFinished(() => {
    connection.close();
    rmSync(folder, { recursive: true });
  });
  migrate(
    connection,
    path,
    MIGRATIONS.filter((migration) => migration.version < version),
  );
  return {
    connection,
    migrateTo: (last = Number.POSITIVE_INFINITY) =>
      migrate(
        connection,
        path,
        MIGRATIONS.filter((migration) => migration.version <= last),
      ),
  };
}
