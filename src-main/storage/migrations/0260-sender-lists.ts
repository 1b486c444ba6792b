/** Whom an account, or the office (0), always or never wants mail from. */
import type { Connection } from '../connection.ts';

export function addSenderLists(connection: Connection): void {
  connection.execute(`
    CREATE TABLE listed_sender (
      owner INTEGER NOT NULL,
      pattern TEXT NOT NULL,
      list TEXT NOT NULL,
      is_network INTEGER NOT NULL,
      PRIMARY KEY (owner, pattern)
    ) WITHOUT ROWID;
  `);
}
