/**
 * Metadata: annotations of mailboxes and of the server, as retrieval sees them (RFC 5464 §3).
 *
 * Actor: MS (RFC 5598). Flow: IMAP SETMETADATA → here → GETMETADATA, LIST, notices for other sessions.
 * Invariants: names arrive checked and in lower case, and begin with /private/ (each account has its own) or /shared/.
 * Annotations go with their mailbox: through a rename they stay, at its deletion they vanish, and when INBOX is renamed the
 * new mailbox gets a copy (RFC 5464 §4.1). A change raises the mailbox's MODSEQ (RFC 7162 §3.2).
 */
import type { Subscribe } from '../../../base/emitter.ts';
import type { Result } from '../../../base/result.ts';
import type { AccountId, MailboxId } from '../port.ts';

/** What is annotated. */
export type MetadataPlace = MailboxId | 'server';

export interface MetadataEntry {
  readonly name: string;
  readonly value: Uint8Array;
}

/** null removes the entry. */
export interface MetadataValue {
  readonly name: string;
  readonly value: Uint8Array | null;
}

export interface MetadataWrite {
  readonly writer: AccountId;
  /** Who asks, so that it need not be told: a session's id. */
  readonly origin: string;
  readonly values: readonly MetadataValue[];
}

export type MetadataError = 'noSuchMailbox' | 'tooMany';

export interface MetadataChanged {
  readonly kind: 'metadata';
  readonly place: MetadataPlace;
  readonly writer: AccountId;
  readonly origin: string;
  /** Entries whose value is another one now. */
  readonly names: readonly string[];
}

export interface MetadataStore {
  /** What is shared and what is private to `reader`, by name. */
  list(place: MetadataPlace, reader: AccountId): Promise<readonly MetadataEntry[]>;
  /** All of them or none (RFC 5464 §4.3). */
  set(place: MetadataPlace, write: MetadataWrite): Promise<Result<void, MetadataError>>;
  readonly onChange: Subscribe<MetadataChanged>;
}

export const PRIVATE_PREFIX = '/private/';

/**
 * Entries of one mailbox (or of the server) that are shared; as many are private to each account. Clients keep a handful;
 * RFC 5464 §4.1 asks for 10 at least.
 */
export const MAX_METADATA_ENTRIES = 100;
