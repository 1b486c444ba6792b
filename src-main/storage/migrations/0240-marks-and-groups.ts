/**
 * Some of what is not to be done twice for a while stands for the whole office; and groups of the directory may be given rights on
 * mailboxes: in `mailbox_grant` the group's id stands below zero. Who is in them is copied from the directory.
 */
import type { Connection } from '../connection.ts';

export function addMarksAndGroups(connection: Connection): void {
  connection.execute(`
    CREATE TABLE office_mark (
      kind TEXT NOT NULL,
      key TEXT NOT NULL,
      expires_at INTEGER NOT NULL,
      PRIMARY KEY (kind, key)
    ) WITHOUT ROWID;

    CREATE TABLE sharing_group (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      address TEXT NOT NULL UNIQUE
    ) STRICT;

    CREATE TABLE sharing_group_member (
      account_id INTEGER NOT NULL,
      group_id INTEGER NOT NULL REFERENCES sharing_group (id) ON DELETE CASCADE,
      PRIMARY KEY (account_id, group_id)
    ) STRICT, WITHOUT ROWID;
  `);
}
