/**
 * What screening remembers: who was asked to come back, what words tell junk from mail (by owner: an account, or 0 for the office),
 * which messages taught that, whom an account writes to, and what came of senders' domains.
 */
import type { Connection } from '../connection.ts';

export function addScreening(connection: Connection): void {
  connection.execute(`
    CREATE TABLE greylist (
      key TEXT PRIMARY KEY,
      first_at INTEGER NOT NULL,
      seen_at INTEGER NOT NULL,
      passes INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX greylist_seen_at ON greylist (seen_at);

    CREATE TABLE bayes_token (
      owner INTEGER NOT NULL,
      token INTEGER NOT NULL,
      junk INTEGER NOT NULL,
      mail INTEGER NOT NULL,
      seen_day INTEGER NOT NULL,
      PRIMARY KEY (owner, token)
    ) WITHOUT ROWID;
    CREATE TABLE bayes_owner (
      owner INTEGER PRIMARY KEY,
      junk INTEGER NOT NULL,
      mail INTEGER NOT NULL,
      tokens INTEGER NOT NULL
    );
    CREATE TABLE bayes_message (
      owner INTEGER NOT NULL,
      message INTEGER NOT NULL,
      is_junk INTEGER NOT NULL,
      at INTEGER NOT NULL,
      PRIMARY KEY (owner, message)
    ) WITHOUT ROWID;
    CREATE INDEX bayes_message_at ON bayes_message (at);

    CREATE TABLE correspondent (
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      address TEXT NOT NULL,
      last_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, address)
    ) WITHOUT ROWID;
    CREATE TABLE sender_history (
      account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
      domain TEXT NOT NULL,
      mail INTEGER NOT NULL,
      junk INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      PRIMARY KEY (account_id, domain)
    ) WITHOUT ROWID;
  `);
}
