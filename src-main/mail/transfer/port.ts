/**
 * Transfer: an account's mail into files and out of them: leaving must be as easy as coming.
 *
 * Actor: MS (RFC 5598). Flow: console, command line → here → mailstore; files in a folder that the caller names.
 * Invariants: memory does not grow with the number of messages; what is there already is not brought in again, so an
 * import that was cut off goes on where it was; flags, dates and mailboxes come along; nothing is ever removed here.
 */
export type TransferFormat = 'mbox' | 'maildir' | 'eml';

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
  /** The file, and the message in it. */
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

/** Messages of a file or folder, mailbox after mailbox. */
export interface ImportSource {
  readonly format: TransferFormat;
  readonly totalOctets: number;
  messages(): AsyncIterable<SourceMessage>;
  /** Octets of the files that have been gone through. */
  octetsRead(): number;
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
}
