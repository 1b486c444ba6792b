/** The audit log: each entry carries the hash of the one before; the database itself refuses to change one. */
import type { Connection } from '../connection.ts';

export function addAuditLog(connection: Connection): void {
  connection.execute(`
    CREATE TABLE audit_entry (
      sequence INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      who TEXT NOT NULL,
      call TEXT NOT NULL,
      -- the JSON text that is hashed, to the octet
      body TEXT NOT NULL,
      previous_hash TEXT NOT NULL,
      hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX audit_entry_at ON audit_entry (at);
    -- what was cut off at the old end: up to which entry, and its hash, from which the rest goes on
    CREATE TABLE audit_cut (
      only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
      sequence INTEGER NOT NULL,
      hash TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_entry_stays BEFORE UPDATE ON audit_entry
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
    CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
      WHEN OLD.sequence > coalesce((SELECT sequence FROM audit_cut), 0)
      BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
  `);
}
