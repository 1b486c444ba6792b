/** SQLite's own look at its file, without the indexes: minutes for a large one, so it has a thread of its own (open-storage.ts). */
import type { Connection } from './connection.ts';

const MOST_FINDINGS = 20;

/** What is wrong, in SQLite's words; empty: nothing. */
export function quickCheck(connection: Connection, _: null): readonly string[] {
  const rows = connection.all<{ quick_check: string }>(`PRAGMA quick_check(${MOST_FINDINGS})`);
  return rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
}
