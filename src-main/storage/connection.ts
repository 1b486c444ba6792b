/**
 * Connection: one SQLite connection with the settings that durability asks for, and its prepared statements.
 *
 * Flow: the writer worker owns the only writing one; readers open their own. Only storage/ knows SQL.
 * Invariants: WAL and synchronous=FULL are set here, explicitly, since the package's build defaults to NORMAL: a commit
 * that returned is on disk. Statements are prepared once per connection.
 */
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { Keyring } from './sealing/keyring.ts';
import { sealingFunctions } from './sealing/sql-functions.ts';

export type SqlValue = string | number | bigint | Uint8Array | null;

/** How long a connection waits for another process's lock (a second copy of the program, a backup tool). */
const BUSY_TIMEOUT_MS = 5_000;
/** Larger than SQLite's 1,000: fewer checkpoints under load, at most about 64 MiB of write-ahead log. */
const CHECKPOINT_PAGES = 8_000;
/** A 4 KiB message with its index fits one page. Only takes effect on a new database. */
const PAGE_SIZE_OCTETS = 8_192;
/** 32 MiB; negative means KiB. */
const WRITER_CACHE = -32_768;
/** 12 MiB for each of three readers: what they read again lies in the system's own cache too. */
const READER_CACHE = -12_288;

export class Connection {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Prepared>();
  readonly #rawStatements = new Map<string, Prepared>();
  /** Seals and opens what SQL asks it to. */
  readonly keyring: Keyring;

  constructor(path: string, options: { readonly: boolean }) {
    this.#database = new Database(path, { readonly: options.readonly, timeout: BUSY_TIMEOUT_MS });
    this.#database.pragma(`cache_size = ${options.readonly ? READER_CACHE : WRITER_CACHE}`);
    this.keyring = new Keyring(this, () => new Connection(path, { readonly: true }));
    for (const [name, call] of sealingFunctions(this.keyring)) {
      this.#database.function(name, { varargs: true }, call);
    }
    if (options.readonly) return;
    this.#database.pragma(`page_size = ${PAGE_SIZE_OCTETS}`);
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    this.#database.pragma('foreign_keys = ON');
    this.#database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    // What leaves a page that is written anyway leaves no octets there.
    this.#database.pragma('secure_delete = FAST');
  }

  /** The first row, or undefined. */
  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#prepare(sql).get(values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#prepare(sql).all(values) as Row[];
  }

  /** Rows as lists of their values: for many rows that become no objects. */
  rows<Row extends readonly SqlValue[]>(sql: string, ...values: SqlValue[]): Row[] {
    let statement = this.#rawStatements.get(sql);
    if (statement === undefined) {
      statement = new Prepared(this.#database.prepare(sql).raw(), sql);
      this.#rawStatements.set(sql, statement);
    }
    return statement.all(values) as Row[];
  }

  /** Rows one by one, for a reader that stops when it has enough. */
  iterate<Row>(sql: string, ...values: SqlValue[]): IterableIterator<Row> {
    return this.#prepare(sql).iterate(values) as IterableIterator<Row>;
  }

  /** Runs a statement that changes something; answers how many rows it changed and the last row id. */
  run(sql: string, ...values: SqlValue[]): { changes: number; rowId: number } {
    const result = this.#prepare(sql).run(values);
    return { changes: result.changes, rowId: Number(result.lastInsertRowid) };
  }

  /** Runs statements without parameters: schema changes, BEGIN, COMMIT. */
  execute(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs several reads on the database as it is at one moment, whatever is committed meanwhile. */
  atOneMoment<T>(read: () => T): T {
    if (this.isInTransaction) return read();
    this.execute('BEGIN');
    try {
      return read();
    } finally {
      this.execute('COMMIT');
    }
  }

  pragma(text: string): unknown {
    return this.#database.pragma(text, { simple: true });
  }

  /** Lets columns of a STRICT table hold values of any type, as sealed ones are; what they hold stays as it is. */
  loosenColumns(table: string, columns: readonly string[]): void {
    this.#database.unsafeMode(true);
    try {
      this.execute('PRAGMA writable_schema = ON');
      for (const column of columns) {
        const loosen = 'UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type = ? AND name = ?';
        this.run(loosen, ` ${column} TEXT`, ` ${column} ANY`, 'table', table);
      }
      this.execute('PRAGMA writable_schema = RESET');
    } finally {
      this.#database.unsafeMode(false);
    }
  }

  get isInTransaction(): boolean {
    return this.#database.inTransaction;
  }

  close(): void {
    this.keyring.close();
    this.#database.close();
  }

  #prepare(sql: string): Prepared {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = new Prepared(this.#database.prepare(sql), sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/**
 * Undoes what a cut has left half done in a database's first moments, before it has a write-ahead log: who only reads cannot, and
 * is refused.
 */
export function rollBackJournal(path: string): void {
  if (!existsSync(`${path}-journal`)) return;
  const database = new Database(path);
  try {
    database.pragma('user_version');
  } finally {
    database.close();
  }
}

/** A statement whose parameters are `?` in order, or `?1`, `?2` … where a value is used twice. */
class Prepared {
  readonly #statement: Database.Statement;
  readonly #isNumbered: boolean;

  constructor(statement: Database.Statement, sql: string) {
    this.#statement = statement;
    this.#isNumbered = sql.includes('?1');
  }

  get(values: readonly SqlValue[]): unknown {
    return this.#statement.get(...this.#bind(values));
  }

  all(values: readonly SqlValue[]): unknown[] {
    return this.#statement.all(...this.#bind(values));
  }

  iterate(values: readonly SqlValue[]): IterableIterator<unknown> {
    return this.#statement.iterate(...this.#bind(values));
  }

  run(values: readonly SqlValue[]): Database.RunResult {
    return this.#statement.run(...this.#bind(values));
  }

  /** The driver takes numbered parameters for named ones. */
  #bind(values: readonly SqlValue[]): readonly unknown[] {
    if (!this.#isNumbered) return values;
    const named: Record<number, SqlValue> = {};
    for (let at = 0; at < values.length; at++) named[at + 1] = values[at] ?? null;
    return [named];
  }
}
