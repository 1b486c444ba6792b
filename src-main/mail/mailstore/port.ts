/**
 * Mailstore, as retrieval (IMAP, POP3), delivery and the console see it.
 *
 * Actor: MS (RFC 5598). UIDs and UIDVALIDITY: RFC 9051 §2.3.1; MODSEQ: RFC 7162; MAILBOXID and EMAILID: RFC 8474.
 * Flow: delivery deposits (through the queue's commit), IMAP APPEND → here → retrieval.
 * Invariants: a promise that changes something resolves after the commit. UIDs rise and are never reused. Every change
 * of a mailbox raises its MODSEQ. Change notices follow the commit and carry no data: a session asks changesSince().
 * Mailbox names are Unicode (NFC), levels parted by `/`; INBOX is always there and always spelled so.
 */
import type { Subscribe } from '../../base/emitter.ts';
import type { Result } from '../../base/result.ts';
import type { MessageIndex } from '../../format/message-index.ts';
import type { StagedContent } from '../content/port.ts';
import type { TraceId } from '../events.ts';
import type { MetadataStore } from './metadata/port.ts';
import type { MailSharing } from './sharing/port.ts';

export type AccountId = number;
export type MailboxId = number;
export type Uid = number;
export type ModSeq = number;

/** Hierarchy delimiter of mailbox names. */
export const MAILBOX_DELIMITER = '/';

/** RFC 6154 §2 */
export type SpecialUse = '\\Archive' | '\\Drafts' | '\\Flagged' | '\\Junk' | '\\Sent' | '\\Trash';

/** RFC 9051 §2.3.2: these five are stored; `\Recent` is not kept (IMAP4rev2). */
export const SYSTEM_FLAGS = ['\\Seen', '\\Answered', '\\Flagged', '\\Deleted', '\\Draft'] as const;
export type SystemFlag = (typeof SYSTEM_FLAGS)[number];

export interface Mailbox {
  readonly id: MailboxId;
  readonly accountId: AccountId;
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: Uid;
  readonly highestModSeq: ModSeq;
  readonly specialUse: SpecialUse | null;
  readonly isSubscribed: boolean;
  readonly messageCount: number;
  readonly unseenCount: number;
  readonly deletedCount: number;
  readonly sizeBytes: number;
  /** MAILBOXID (RFC 8474 §4). */
  readonly objectId: string;
}

/** A message in a mailbox, without its content. */
export interface MessageEntry {
  readonly uid: Uid;
  readonly modSeq: ModSeq;
  /** System flags as in SYSTEM_FLAGS, and keywords as the client spelled them first. */
  readonly flags: readonly string[];
  /** INTERNALDATE, milliseconds since 1970 UTC. */
  readonly internalDate: number;
  /** RFC822.SIZE: prefix and content. */
  readonly sizeBytes: number;
  /** EMAILID (RFC 8474 §5.1): the same for copies of a message. */
  readonly emailId: string;
  /** When this copy came into this mailbox (RFC 8514). */
  readonly savedAt: number;
  /** The timeline this message came in on; null when a client appended it. */
  readonly traceId: TraceId | null;
}

/** Inclusive range of UIDs. */
export interface UidRange {
  readonly first: Uid;
  readonly last: Uid;
}

/**
 * All entries of a mailbox in columns, by rising UID: whoever walks over a large mailbox makes no object for each.
 * The UIDs stay as they are while the columns are held; flags and MODSEQs may become newer, each message's together.
 */
export interface MessageColumns {
  readonly highestModSeq: ModSeq;
  readonly uids: Uint32Array;
  readonly modSeqs: Float64Array;
  /** Places in `flagLists`. */
  readonly flagIds: Uint32Array;
  /** The sets of flags that occur, as in MessageEntry; it only grows. */
  readonly flagLists: readonly (readonly string[])[];
  readonly internalDates: Float64Array;
  readonly savedDates: Float64Array;
  readonly sizes: Float64Array;
}

/**
 * What lists show of a message, made ready for IMAP when it has come to rest (message-summary.ts). Null stands for what has to
 * be made from the message's index or its octets.
 */
export interface MessageSummary {
  /** ENVELOPE (RFC 9051 §7.5.2). */
  readonly envelope: string | null;
  /** BODYSTRUCTURE. */
  readonly structure: string | null;
  /** The header fields that clients list messages by, as they stand in the message. */
  readonly fields: string | null;
}

export type SummaryPart = keyof MessageSummary;

export interface MailboxChanges {
  /** Entries that are new or whose flags changed after the given MODSEQ, by UID. */
  readonly changed: readonly MessageEntry[];
  /** UIDs expunged after it, rising; where that is not known any more, all that the mailbox has given out and does not have. */
  readonly vanished: readonly Uid[];
  readonly highestModSeq: ModSeq;
}

export interface NewMessage {
  readonly content: StagedContent;
  readonly flags: readonly string[];
  readonly internalDate: number;
}

export type FlagOperation = 'add' | 'remove' | 'replace';

export interface FlagChange {
  readonly uids: readonly UidRange[];
  readonly operation: FlagOperation;
  readonly flags: readonly string[];
  /** RFC 7162 §3.1.3: leave messages alone whose MODSEQ is above this. */
  readonly unchangedSince?: ModSeq;
}

export interface StoredFlagChange {
  /** As they are now. Those that did not change keep their MODSEQ. */
  readonly entries: readonly MessageEntry[];
  /** What `entries[i].modSeq` was before: so a session knows whether its client has missed a change by somebody else. */
  readonly previousModSeqs: readonly ModSeq[];
  /** UIDs that `unchangedSince` kept from changing. */
  readonly modified: readonly Uid[];
}

export type MailboxError =
  | 'noSuchMailbox'
  | 'alreadyExists'
  /** A name that no mailbox can have: empty level, control characters, too long, too deep. */
  | 'invalidName'
  /** INBOX cannot be deleted; a mailbox cannot be renamed into itself. */
  | 'notAllowed'
  /** RFC 9051 §6.3.5: has inferiors, so it cannot be deleted. */
  | 'hasChildren'
  | 'overQuota';

/** Where copies came to lie (RFC 4315 COPYUID). `from[i]` became `to[i]`. */
export interface CopiedUids {
  readonly uidValidity: number;
  readonly from: readonly Uid[];
  readonly to: readonly Uid[];
}

/** One message in its mailbox. */
export interface MessagePlace {
  readonly mailboxId: MailboxId;
  readonly uid: Uid;
}

/** Where new messages came to lie (RFC 4315 APPENDUID), in their order. */
export interface AppendedUids {
  readonly uidValidity: number;
  readonly uids: readonly Uid[];
}

/** A message opened for reading: prefix and content as one range of octets, and its index with matching offsets. */
export interface OpenMessage {
  readonly sizeBytes: number;
  /** Offsets already count the prefix. */
  readonly index: MessageIndex;
  readRange(start: number, end: number): Promise<Uint8Array>;
}

export interface MailboxChanged {
  readonly accountId: AccountId;
  readonly mailboxId: MailboxId;
  /** `deleted` mailboxes are gone with all their messages; `rights` were given or taken away (sharing/port.ts). */
  readonly kind: 'messages' | 'created' | 'renamed' | 'deleted' | 'subscribed' | 'rights';
}

export interface MailboxOptions {
  readonly specialUse?: SpecialUse;
  /** Whose rights a mailbox without a superior one inherits; none where it is absent. */
  readonly inheritsFrom?: MailboxId;
}

/** What is done with messages. A reader of somebody else's mailboxes has one of its own (MailSharing.asReader). */
export interface MessageStore {
  /** All entries, or those in the ranges, by rising UID. */
  listEntries(id: MailboxId, uids?: readonly UidRange[]): Promise<readonly MessageEntry[]>;
  /** Null where the mailbox is gone. */
  readColumns(id: MailboxId): Promise<MessageColumns | null>;
  changesSince(id: MailboxId, modSeq: ModSeq): Promise<MailboxChanges>;
  openMessage(id: MailboxId, uid: Uid): Promise<OpenMessage | null>;
  /** The indexes of several messages, for ENVELOPE lists and searches over header data; missing UIDs are left out. */
  readIndexes(id: MailboxId, uids: readonly Uid[]): Promise<ReadonlyMap<Uid, MessageIndex>>;

  /** The parts, in their order, of the summaries that are there; missing messages and summaries are left out. `uids` rise. */
  readSummaries(
    id: MailboxId,
    uids: readonly Uid[],
    parts: readonly SummaryPart[],
  ): Promise<ReadonlyMap<Uid, readonly (string | null)[]>>;

  /** All of them or none. `replaced` is removed in the same commit (RFC 8508), and its octets count against the quota no more. */
  appendMessages(
    id: MailboxId,
    messages: readonly NewMessage[],
    replaced?: MessagePlace,
  ): Promise<Result<AppendedUids, MailboxError>>;
  storeFlags(id: MailboxId, change: FlagChange): Promise<StoredFlagChange>;
  copyMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>>;
  /** Copy and expunge in one commit (RFC 6851). */
  moveMessages(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Result<CopiedUids, MailboxError>>;
  /** Removes the \Deleted ones among `uids` (all of the mailbox when absent). */
  expunge(id: MailboxId, uids?: readonly UidRange[]): Promise<readonly Uid[]>;
  /** Removes these messages whatever their flags: POP3's QUIT. */
  removeMessages(id: MailboxId, uids: readonly Uid[]): Promise<readonly Uid[]>;
}

export interface MailStore extends MessageStore, MailSharing {
  /** Makes INBOX and the special-use mailboxes of a new account; does nothing where they exist. */
  createAccountMailboxes(accountId: AccountId): Promise<void>;

  /** INBOX first, then by name. */
  listMailboxes(accountId: AccountId): Promise<readonly Mailbox[]>;
  findMailbox(accountId: AccountId, name: string): Promise<Mailbox | null>;
  getMailbox(id: MailboxId): Promise<Mailbox | null>;
  /** Creates missing superior levels too (RFC 9051 §6.3.4). Each inherits the rights on its superior (RFC 4314 §4). */
  createMailbox(
    accountId: AccountId,
    name: string,
    options?: MailboxOptions,
  ): Promise<Result<Mailbox, MailboxError>>;
  /** Renames inferiors too; renaming INBOX moves its messages into a new mailbox (RFC 9051 §6.3.6). */
  renameMailbox(accountId: AccountId, from: string, to: string): Promise<Result<void, MailboxError>>;
  deleteMailbox(accountId: AccountId, name: string): Promise<Result<void, MailboxError>>;
  setSubscribed(
    accountId: AccountId,
    name: string,
    isSubscribed: boolean,
  ): Promise<Result<void, MailboxError>>;
  /** Names subscribed to, whether or not the mailbox exists (RFC 9051 §6.3.7). */
  listSubscriptions(accountId: AccountId): Promise<readonly string[]>;

  readonly onChange: Subscribe<MailboxChanged>;
  /** Annotations of mailboxes and of the server. */
  readonly metadata: MetadataStore;
}
