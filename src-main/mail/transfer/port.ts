/**
 * Transfer: an account's mail into files and out of them, and from another server: leaving must be as easy as coming.
 *
 * Actor: MS (RFC 5598). Flow: console, command line → here → mailstore; files that the caller names, or an IMAP server.
 * Invariants: memory does not grow with the number of messages; what is there already is not brought in again, so an
 * import that was cut off goes on where it was; flags, dates and mailboxes come along; nothing is ever removed here.
 */
export type FileFormat = 'mbox' | 'maildir' | 'eml' | 'zip';

/** Where an import may come from: files, or a server that is asked over IMAP. */
export type TransferFormat = FileFormat | 'imap';

/** How far it is. */
export interface TransferProgress {
  /** The mailbox at hand. */
  readonly mailbox: string;
  readonly messages: number;
  /** Were there already. */
  readonly skipped: number;
  /** Could not be read; the others were. */
  readonly failed: number;
  readonly octets: number;
  /** null where nobody knows before the end. */
  readonly totalMessages: number | null;
  /** Of the files that are read. */
  readonly totalOctets: number | null;
}

export interface TransferProblem {
  /** The file, and the message in it; the mailbox and its UID on a server. */
  readonly where: string;
  readonly reason: string;
}

export type TransferEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled' }
  /** The account may keep no more; what fitted is there. */
  | { readonly kind: 'overQuota' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface TransferReport {
  readonly end: TransferEnd;
  readonly progress: TransferProgress;
  /** The first ones. */
  readonly problems: readonly TransferProblem[];
}

/** One message of an import, still where it came from. */
export interface SourceMessage {
  readonly mailbox: string;
  readonly flags: readonly string[];
  /** Milliseconds since 1970; null: the message's own Date. */
  readonly internalDate: number | null;
  readonly where: string;
  /** The message with CRLF line ends. */
  octets(): AsyncIterable<Uint8Array>;
}

/** What is known of a message before it is read. */
export interface MessageDigest {
  readonly mailbox: string;
  readonly sizeBytes: number;
  readonly messageId: string;
}

/** Messages of a file, a folder or a server, mailbox after mailbox. */
export interface ImportSource {
  readonly format: TransferFormat;
  /** null where nobody knows before the end. */
  readonly totalOctets: number | null;
  readonly totalMessages: number | null;
  /** Mailboxes that are to be here even if no message is in them; those above before those beneath. */
  readonly mailboxes?: readonly string[];
  /** A source that reads slowly asks of each message whether it is wanted before it reads it. */
  messages(isWanted: (digest: MessageDigest) => Promise<boolean>): AsyncIterable<SourceMessage>;
  /** Octets of the files that have been gone through, or that have come. */
  octetsRead(): number;
  /** Lets go of what it holds: a connection, a file. */
  close(): Promise<void>;
}

/** A message on its way out. */
export interface LeavingMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly internalDate: number;
  readonly sizeBytes: number;
  /** For names and From lines; may be empty. */
  readonly subject: string;
  readonly sender: string;
  octets(): AsyncIterable<Uint8Array>;
}

/** Where an export writes, one mailbox open at a time. */
export interface ExportTarget {
  openMailbox(name: string): Promise<void>;
  write(message: LeavingMessage): Promise<void>;
  /** Makes what was written durable. */
  closeMailbox(): Promise<void>;
  /** After the last mailbox, or where an export ends early. */
  close(): Promise<void>;
}
