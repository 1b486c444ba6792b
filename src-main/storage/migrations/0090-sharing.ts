/**
 * Sharing: accounts that are shared mailboxes, rights of others on mailboxes, and \Seen of those who read them.
 *
 * `grantee` 0 is anyone: no account has that id. A row of `reader_seen` stays when its \Seen is taken away, for its MODSEQ.
 */
import type { Connection } from '../connection.ts';

export function addSharing(connection: Connection): void {
  connection.execute(`
    ALTER TABLE account ADD COLUMN kind TEXT NOT NULL DEFAULT 'person';

    CREATE TABLE mailbox_grant (
      mailbox_id INTEGER NOT NULL,
      grantee INTEGER NOT NULL,
      is_negative INTEGER NOT NULL,
      rights TEXT NOT NULL,
      PRIMARY KEY (mailbox_id, grantee, is_negative)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX mailbox_grant_of_grantee ON mailbox_grant (grantee);

    CREATE TABLE reader_seen (
      mailbox_id INTEGER NOT NULL,
      uid INTEGER NOT NULL,
      account_id INTEGER NOT NULL,
      is_seen INTEGER NOT NULL,
      mod_seq INTEGER NOT NULL,
      PRIMARY KEY (mailbox_id, uid, account_id)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX reader_seen_change ON reader_seen (account_id, mailbox_id, mod_seq, is_seen);
  `);
}
