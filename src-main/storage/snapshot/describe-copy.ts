/** What a copy of the database says of itself, whatever version of Postroom wrote it. */
import Database from 'better-sqlite3';

export interface CopyDescription {
  /** Of the schema (migrations/). */
  readonly databaseVersion: number;
  readonly counts: { readonly accounts: number; readonly mailboxes: number; readonly messages: number };
  /** Of large contents: what must be in the content folder. */
  readonly contentFiles: readonly string[];
  /** Whether it has a root key, so that ours belongs to it. */
  readonly hasRootKey: boolean;
}

export function describeCopy(path: string): CopyDescription {
  const database = new Database(path, { readonly: true });
  try {
    const count = (table: string) =>
      database.prepare<[], { n: number }>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
    const isThere = (table: string) =>
      database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined;
    return {
      databaseVersion: Number(database.pragma('user_version', { simple: true })),
      counts: { accounts: count('account'), mailboxes: count('mailbox'), messages: count('message') },
      contentFiles: database
        .prepare('SELECT file_name FROM content WHERE file_name IS NOT NULL ORDER BY file_name')
        .pluck()
        .all() as string[],
      hasRootKey:
        isThere('sealing') &&
        database.prepare('SELECT root_key FROM sealing').pluck().get() instanceof Uint8Array,
    };
  } finally {
    database.close();
  }
}

/** The version of a database; null where there is none yet. */
export function databaseVersion(path: string): number {
  const database = new Database(path, { readonly: true });
  try {
    return Number(database.pragma('user_version', { simple: true }));
  } finally {
    database.close();
  }
}
