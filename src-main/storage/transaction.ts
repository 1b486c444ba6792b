/**
 * Transaction: what a write function gets: the connection, and where it notes what must happen once the commit is on disk.
 *
 * Invariants: a write function runs inside BEGIN…COMMIT and may run twice (once in a group that failed, once alone), so
 * it has no effect outside the transaction; files are only named here and deleted after the commit.
 */
import type { MetadataChanged } from '../mail/mailstore/metadata/port.ts';
import type { MailboxChanged } from '../mail/mailstore/port.ts';
import type { MailLesson } from '../mail/screening/store-port.ts';
import type { Connection } from './connection.ts';

/** What a commit tells sessions of. */
export type StoreChange = MailboxChanged | MetadataChanged | MailLesson;

export interface Transaction {
  readonly connection: Connection;
  /** Milliseconds since 1970 UTC, the same for all writes of a commit. */
  readonly now: number;
  /** Content files that nothing refers to any more. */
  readonly releasedFiles: string[];
  /** What sessions must hear after the commit. */
  readonly changes: StoreChange[];
}

export type Write<Arguments, Answer> = (transaction: Transaction, args: Arguments) => Answer;
