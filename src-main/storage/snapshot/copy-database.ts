/**
 * A copy of the database as it is at one moment, while it is written to.
 *
 * A read transaction of its own connection holds the moment (WAL), SQLite's backup copies page after page: writers go on, nothing is
 * copied twice. What they write meanwhile cannot be checkpointed past that moment, so the log grows by it until the copy is done: the
 * copy goes to the same disk, which is the fastest there is, and everything slower reads the copy.
 * Invariants: the copy is a whole database; the live file is read by SQLite alone (a second open and close of it would drop SQLite's locks).
 */
import Database from 'better-sqlite3';

export interface CopyOptions {
  readonly from: string;
  /** Must not be there. */
  readonly to: string;
  readonly signal: AbortSignal;
  /** After some pages, with how much was copied; it may block this thread for a rest. */
  readonly onCopied: (copied: { readonly octets: number; readonly totalOctets: number }) => void;
}

/** 2 MiB with our pages: some milliseconds. */
const PAGES_A_STEP = 256;

/** Rejects with the signal's reason. */
export async function copyDatabase({ from, to, signal, onCopied }: CopyOptions): Promise<void> {
  const database = new Database(from, { readonly: true, timeout: 5_000 });
  try {
    const pageOctets = Number(database.pragma('page_size', { simple: true }));
    database.exec('BEGIN');
    // The moment is when something is read first.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    await database.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted();
        const octets = (totalPages - remainingPages) * pageOctets;
        onCopied({ octets, totalOctets: totalPages * pageOctets });
        return PAGES_A_STEP;
      },
    });
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}
