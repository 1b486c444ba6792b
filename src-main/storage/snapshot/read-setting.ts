/** One setting of a database that nobody has open, as JSON; null: it is not there. */
import { Connection } from '../connection.ts';
import type { SnapshotSource } from '../open-storage.ts';

export function readSetting({ databasePath, rootKey }: SnapshotSource, name: string): string | null {
  const connection = new Connection(databasePath, { readonly: true });
  try {
    connection.keyring.useRoot(rootKey);
    const sql = "SELECT unseal(value, 'setting', name) AS value FROM setting WHERE name = ?";
    return connection.get<{ value: string }>(sql, name)?.value ?? null;
  } finally {
    connection.close();
  }
}
