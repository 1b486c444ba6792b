/**
 * The first schema: settings, directory, content, queue, timelines, transcripts, mailboxes.
 *
 * Content is two tables so that counting a reference never rewrites the octets. Messages and expunged UIDs are
 * clustered by mailbox: a session reads one mailbox at a time. Trace ids sort by time, so their tables grow at the end.
 */
import type { Connection } from '../connection.ts';

export function createFirstSchema(connection: Connection): void {
  const tables = [
    SETTINGS_TABLES,
    DIRECTORY_TABLES,
    CONTENT_TABLES,
    QUEUE_TABLES,
    OBSERVE_TABLES,
    MAILBOX_TABLES,
  ];
  for (const statements of tables) connection.execute(statements);
}

const SETTINGS_TABLES = `
  CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE administrator (
    name TEXT PRIMARY KEY,
    password TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const DIRECTORY_TABLES = `
  CREATE TABLE domain (
    name TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    local_part TEXT NOT NULL,
    domain TEXT NOT NULL REFERENCES domain (name),
    address_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    is_enabled INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    quota_bytes INTEGER,
    last_sign_in_at INTEGER,
    credentials TEXT NOT NULL
  ) STRICT;

  CREATE TABLE alias (
    address_key TEXT PRIMARY KEY,
    local_part TEXT NOT NULL,
    domain TEXT NOT NULL REFERENCES domain (name),
    targets TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const CONTENT_TABLES = `
  CREATE TABLE content (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reference_count INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    file_name TEXT
  ) STRICT;

  CREATE INDEX content_file ON content (file_name) WHERE file_name IS NOT NULL;

  CREATE TABLE content_body (
    content_id INTEGER PRIMARY KEY,
    message_index TEXT NOT NULL,
    octets BLOB
  ) STRICT;
`;

const QUEUE_TABLES = `
  CREATE TABLE queue_entry (
    id TEXT PRIMARY KEY,
    content_id INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    reverse_path TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    origin TEXT NOT NULL,
    smtp_utf8 INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE queue_recipient (
    entry_id TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    last_outcome TEXT,
    PRIMARY KEY (entry_id, ordinal)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX queue_recipient_due ON queue_recipient (state, next_attempt_at);
`;

const OBSERVE_TABLES = `
  CREATE TABLE message_trace (
    trace_id TEXT PRIMARY KEY,
    received_at INTEGER NOT NULL,
    via TEXT NOT NULL,
    reverse_path TEXT NOT NULL,
    author TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT,
    size_bytes INTEGER NOT NULL,
    state TEXT NOT NULL,
    remote TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE trace_event (
    trace_id TEXT NOT NULL,
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL
  ) STRICT;

  CREATE INDEX trace_event_of_trace ON trace_event (trace_id);

  CREATE TABLE transcript (
    session_id TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    has_error INTEGER NOT NULL,
    search_text TEXT NOT NULL,
    summary TEXT NOT NULL,
    lines TEXT NOT NULL,
    omitted_lines INTEGER NOT NULL,
    size_octets INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

const MAILBOX_TABLES = `
  CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    uid_next INTEGER NOT NULL DEFAULT 1,
    highest_mod_seq INTEGER NOT NULL DEFAULT 1,
    special_use TEXT,
    message_count INTEGER NOT NULL DEFAULT 0,
    unseen_count INTEGER NOT NULL DEFAULT 0,
    deleted_count INTEGER NOT NULL DEFAULT 0,
    size_bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account_id, name)
  ) STRICT;

  CREATE TABLE subscription (
    account_id INTEGER NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    PRIMARY KEY (account_id, name)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE message (
    mailbox_id INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    mod_seq INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    keywords TEXT,
    internal_date INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    content_id INTEGER NOT NULL,
    prefix TEXT NOT NULL,
    trace_id TEXT,
    PRIMARY KEY (mailbox_id, uid)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX message_change ON message (mailbox_id, mod_seq);

  CREATE TABLE expunged (
    mailbox_id INTEGER NOT NULL,
    mod_seq INTEGER NOT NULL,
    uid INTEGER NOT NULL,
    PRIMARY KEY (mailbox_id, mod_seq, uid)
  ) STRICT, WITHOUT ROWID;
`;
