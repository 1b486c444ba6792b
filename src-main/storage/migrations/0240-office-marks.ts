/** Some of what is not to be done twice for a while stands for the whole office. */
import type { Connection } from '../connection.ts';

export function addOfficeMarks(connection: Connection): void {
  connection.execute(`
    CREATE TABLE office_mark (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (kind, key)
    ) WITHOUT ROWID;
  `);
}
