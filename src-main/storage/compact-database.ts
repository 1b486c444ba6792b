/**
 * Writes the database anew, so that nothing of what it held before is left in its free places; copies that migrations kept, which
 * still hold it, go where the folder is encrypted now.
 *
 * Reads go on meanwhile; writes wait (about a second for 100 MiB).
 */
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Connection } from './connection.ts';

export function compactDatabase(connection: Connection, databasePath: string): void {
  connection.execute('VACUUM');
  // What a reader still looks at stays in the log until the next checkpoint.
  connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  if (connection.keyring.isSealing) removeMigrationCopies(databasePath);
}

function removeMigrationCopies(databasePath: string): void {
  const folder = dirname(databasePath);
  const prefix = `${basename(databasePath)}.before-migration-`;
  for (const name of readdirSync(folder)) if (name.startsWith(prefix)) rmSync(join(folder, name));
}
