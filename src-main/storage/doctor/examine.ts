/**
 * The doctor: looks through a data folder that nobody else has open, and repairs what can be without losing a message.
 *
 * Flow: `postroom doctor` → here; after an unclean end the storage worker → examineQuickly().
 * Invariants: without `isRepairing` nothing is changed; all repairs are one commit; files leave the content folder only
 * after it, and only for the lost-and-found folder.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MessageIndex } from '../../format/message-index.ts';
import { Connection } from '../connection.ts';
import { namedFiles } from '../content-store.ts';
import { lockFolder } from '../folder-lock.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { sealedFileSize } from '../sealing/content-cipher.ts';
import { checkContents } from './check-contents.ts';
import { checkInboxes, checkMailboxes, checkMessageSizes, checkStrayMessages } from './check-mailboxes.ts';
import { checkMetadata } from './check-metadata.ts';
import { checkReferences } from './check-references.ts';
import { checkSharing } from './check-sharing.ts';
import { checkSearchIndex, checkSummaries } from './check-search-index.ts';
import type { DoctorFinding, Examination, KeptContent } from './findings.ts';

export interface ExamineOptions {
  readonly folder: string;
  readonly isRepairing: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly makeIndex: (octets: Uint8Array) => MessageIndex;
  /** Opens what is encrypted (sealing/root-key.ts). */
  readonly rootKey: Uint8Array;
}

/** Takes the folder's lock; FolderInUseError where a Postroom runs. */
export function examine(options: ExamineOptions): readonly DoctorFinding[] {
  const unlock = lockFolder(options.folder);
  try {
    const connection = new Connection(join(options.folder, 'postroom.db'), {
      readonly: !options.isRepairing,
    });
    try {
      connection.keyring.useRoot(options.rootKey);
      connection.keyring.tolerateDamage();
      return examineDatabase(options, connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [damaged(error.message)];
  } finally {
    unlock();
  }
}

/** SQLite cannot read its own file. */
function isDamage(error: unknown): error is Error {
  const code = (error as { code?: string }).code ?? '';
  return error instanceof Error && /^SQLITE_(?:CORRUPT|NOTADB|IOERR)/u.test(code);
}

function damaged(text: string): DoctorFinding {
  return { check: 'database', text: `the database is damaged: ${text}`, remedy: null };
}

function examineDatabase(options: ExamineOptions, connection: Connection): readonly DoctorFinding[] {
  const version = Number(connection.pragma('user_version'));
  const newest = MIGRATIONS.at(-1)?.version ?? 0;
  if (version !== newest) {
    const text = `the database has version ${version}, this program ${newest}: start this program once, then ask again`;
    return [{ check: 'database', text, remedy: null }];
  }
  const problems = connection
    .all<{ integrity_check: string }>('PRAGMA integrity_check(20)')
    .filter((row) => row.integrity_check !== 'ok');
  // Repairs on a database that SQLite cannot trust would make things worse.
  if (problems.length > 0) return problems.map((row) => damaged(row.integrity_check));
  connection.keyring.refresh();
  return new Examiner(options, connection).run();
}

class Examiner {
  readonly #options: ExamineOptions;
  readonly #connection: Connection;
  readonly #contentFolder: string;
  readonly #findings: DoctorFinding[] = [];
  readonly #kept: (readonly [name: string, content: KeptContent])[] = [];

  constructor(options: ExamineOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    this.#contentFolder = join(options.folder, 'content');
  }

  run(): readonly DoctorFinding[] {
    if (this.#options.isRepairing) this.#repair();
    else this.#check();
    this.#checkFiles();
    return this.#findings;
  }

  #repair(): void {
    const connection = this.#connection;
    connection.execute('BEGIN IMMEDIATE');
    try {
      this.#check();
      // What leaves the database lies in its new place first.
      for (const [name, content] of this.#kept) this.#keep(name, content);
      connection.execute('COMMIT');
    } catch (error) {
      if (connection.isInTransaction) connection.execute('ROLLBACK');
      throw error;
    }
  }

  #check(): void {
    const { isRepairing, now, makeIndex } = this.#options;
    const examination: Examination = {
      connection: this.#connection,
      contentFolder: this.#contentFolder,
      isRepairing,
      now,
      makeIndex,
      found: (finding) => this.#findings.push(finding),
      keep: (name, content) => this.#kept.push([name, content]),
    };
    checkStrayMessages(examination);
    checkContents(examination);
    checkReferences(examination);
    checkMessageSizes(examination);
    checkSharing(examination);
    checkMetadata(examination);
    checkMailboxes(examination);
    checkInboxes(examination);
    checkSearchIndex(examination);
    checkSummaries(examination);
  }

  #keep(name: string, content: KeptContent): void {
    const path = this.#lostPath(name);
    writeFileSync(path, content.octets, { mode: 0o600 });
  }

  /** After the commit: files that no row names. */
  #checkFiles(): void {
    if (!existsSync(this.#contentFolder)) return;
    const files = readdirSync(this.#contentFolder);
    const named = namedFiles(this.#connection, files);
    for (const file of files.filter((name) => !named.has(name))) {
      const { size } = statSync(join(this.#contentFolder, file));
      const text = `nothing names the file content/${file} (${size} octets)`;
      this.#findings.push({ check: 'files', text, remedy: `it moves to lost-and-found/${file}` });
      if (this.#options.isRepairing) renameSync(join(this.#contentFolder, file), this.#lostPath(file));
    }
  }

  #lostPath(name: string): string {
    const folder = join(this.#options.folder, 'lost-and-found');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return join(folder, name);
  }
}

/**
 * The cheap form, for a start after an unclean end: counts, next UIDs, and whether every named file is there. A commit is
 * whole or not there, so it finds something only where the disk has lied.
 */
export function examineQuickly(connection: Connection, contentFolder: string): readonly DoctorFinding[] {
  const findings: DoctorFinding[] = [];
  const found = (finding: DoctorFinding) => void findings.push(finding);
  const none = () => {
    throw new Error('the quick examination neither indexes nor keeps');
  };
  const common = { connection, contentFolder, now: 0, makeIndex: none, found, keep: none };
  connection.execute('BEGIN IMMEDIATE');
  checkMailboxes({ ...common, isRepairing: true });
  connection.execute('COMMIT');
  for (const { id, file_name, size_bytes, data_key } of connection.all<{
    id: number;
    file_name: string;
    size_bytes: number;
    data_key: Uint8Array | null;
  }>('SELECT id, file_name, size_bytes, data_key FROM content WHERE file_name IS NOT NULL')) {
    const wanted = data_key === null ? size_bytes : sealedFileSize(size_bytes);
    const size = statSync(join(contentFolder, file_name), { throwIfNoEntry: false })?.size;
    if (size === wanted) continue;
    const text = `content ${id}: its file ${file_name} has ${size ?? 'no'} octets, not ${wanted}`;
    found({ check: 'content', text, remedy: 'stop the service and run postroom doctor --repair' });
  }
  return findings;
}
