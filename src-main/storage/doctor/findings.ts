/** What the doctor finds, and what its checks work with. */
import type { MessageIndex } from '../../format/message-index.ts';
import type { Connection } from '../connection.ts';

export type DoctorCheck =
  /** SQLite's own check of its file. */
  | 'database'
  /** Octets of a message that are not there, or not all. */
  | 'content'
  /** The index of a message that cannot be read or does not fit it. */
  | 'index'
  /** How many hold a content. */
  | 'references'
  /** What a mailbox says of itself: counts, next UID, highest MODSEQ. */
  | 'mailboxes'
  /** Sizes of messages; messages that lie in no mailbox; accounts without INBOX. */
  | 'messages'
  /** What is made of messages beforehand: the search index, summaries. */
  | 'search'
  /** Files that nothing names. */
  | 'files';

export interface DoctorFinding {
  readonly check: DoctorCheck;
  /** A sentence that names what is wrong. */
  readonly text: string;
  /** What was, or would be, done about it; null: nothing here can. */
  readonly remedy: string | null;
}

/** What a check gets. Findings are noted; changes are made only where `isRepairing`. */
export interface Examination {
  readonly connection: Connection;
  readonly contentFolder: string;
  readonly isRepairing: boolean;
  readonly now: number;
  readonly makeIndex: (octets: Uint8Array) => MessageIndex;
  readonly found: (finding: DoctorFinding) => void;
  /** Keeps octets that belong nowhere any more in the lost-and-found folder, once the repair is committed. */
  readonly keep: (name: string, content: KeptContent) => void;
}

export interface KeptContent {
  readonly octets: Uint8Array;
}
