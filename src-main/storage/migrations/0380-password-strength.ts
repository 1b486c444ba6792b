/** How strong the password of each account was when it was chosen. */
import type { Connection } from '../connection.ts';

export function addPasswordStrength(connection: Connection): void {
  connection.execute(`
    CREATE TABLE password_strength (
      account_id INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
      -- Sealed where the folder is: it tells whose password is worth a try.
      score ANY NOT NULL,
      judged_at INTEGER NOT NULL
    ) STRICT;
  `);
}
