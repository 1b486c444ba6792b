/** Health's rows. Names of checks and subjects are clear; what was found (it may name accounts) is sealed. */
import type {
  FindingKey,
  HealthChange,
  HealthResults,
  HealthRun,
  HealthStore,
  IgnoredFinding,
  StoredFinding,
} from '../health/store-port.ts';
import type { Connection } from './connection.ts';
import type { Write } from './transaction.ts';
import type { Writer } from './writer.ts';

const DAY_MS = 24 * 60 * 60_000;
/** Changes are few; a year of them is small. */
const HISTORY_MS = 400 * DAY_MS;

const keepHealth: Write<HealthResults, void> = ({ connection, now }, { findings, gone, changes, run }) => {
  for (const key of gone)
    connection.run(
      'DELETE FROM health_finding WHERE check_id = ? AND domain = ? AND subject = ?',
      ...columnsOf(key),
    );
  for (const { domain, finding, checkedAt, changedAt, settled } of findings) {
    connection.run(
      `INSERT OR REPLACE INTO health_finding (check_id, domain, subject, finding, checked_at, changed_at, settled)
       VALUES (?1, ?2, ?3, seal(?4, 0, 'health finding', ?1), ?5, ?6, ?7)`,
      ...columnsOf({ check: finding.check, domain, subject: finding.subject }),
      JSON.stringify(finding),
      checkedAt,
      changedAt,
      settled,
    );
  }
  for (const change of changes) addChange(connection, change);
  connection.run('DELETE FROM health_change WHERE at < ?', now - HISTORY_MS);
  if (run === null) return;
  connection.run(
    'INSERT OR REPLACE INTO health_run (only_row, started_at, ended_at) VALUES (1, ?, ?)',
    run.startedAt,
    run.endedAt,
  );
};

function addChange(connection: Connection, change: HealthChange): void {
  const { at, from, state, text } = change;
  connection.run(
    `INSERT INTO health_change (check_id, domain, subject, at, from_state, state, text)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, seal(?7, 0, 'health change', ?1))`,
    ...columnsOf(change),
    at,
    from,
    state,
    JSON.stringify(text),
  );
}

const ignoreHealth: Write<IgnoredFinding, void> = ({ connection }, ignored) => {
  const { reason, until, by, at } = ignored;
  connection.run(
    `INSERT OR REPLACE INTO health_ignored (check_id, domain, subject, reason, until, by, at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ...columnsOf(ignored),
    reason,
    until,
    by,
    at,
  );
};

const unignoreHealth: Write<FindingKey, void> = ({ connection }, key) => {
  connection.run(
    'DELETE FROM health_ignored WHERE check_id = ? AND domain = ? AND subject = ?',
    ...columnsOf(key),
  );
};

function columnsOf({ check, domain, subject }: FindingKey): readonly [string, string, string] {
  return [check, domain, subject];
}

export const healthWrites = { keepHealth, ignoreHealth, unignoreHealth };

interface FindingColumns {
  readonly domain: string;
  readonly finding: string;
  readonly checkedAt: number;
  readonly changedAt: number;
  readonly settled: StoredFinding['settled'];
}

export class SqliteHealthStore implements HealthStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  constructor(writer: Writer, connection: Connection) {
    this.#writer = writer;
    this.#connection = connection;
  }

  list(): Promise<readonly StoredFinding[]> {
    const rows = this.#connection.all<FindingColumns>(
      `SELECT domain, unseal(finding, 'health finding', check_id) AS finding, checked_at AS checkedAt, changed_at AS changedAt, settled
       FROM health_finding ORDER BY check_id, domain, subject`,
    );
    return Promise.resolve(
      rows.map((row) => ({ ...row, finding: JSON.parse(row.finding) as StoredFinding['finding'] })),
    );
  }

  listIgnored(): Promise<readonly IgnoredFinding[]> {
    return Promise.resolve(
      this.#connection.all<IgnoredFinding>(
        'SELECT check_id AS "check", domain, subject, reason, until, by, at FROM health_ignored',
      ),
    );
  }

  lastRun(): Promise<HealthRun | null> {
    const row = this.#connection.get<HealthRun>(
      'SELECT started_at AS startedAt, ended_at AS endedAt FROM health_run',
    );
    return Promise.resolve(row ?? null);
  }

  keep(results: HealthResults): Promise<void> {
    return this.#writer.run('keepHealth', results);
  }

  ignore(ignored: IgnoredFinding): Promise<void> {
    return this.#writer.run('ignoreHealth', ignored);
  }

  unignore(key: FindingKey): Promise<void> {
    return this.#writer.run('unignoreHealth', key);
  }

  history(key: FindingKey, limit: number): Promise<readonly HealthChange[]> {
    const rows = this.#connection.all<Omit<HealthChange, 'text'> & { readonly text: string }>(
      `SELECT check_id AS "check", domain, subject, at, from_state AS "from", state,
         unseal(text, 'health change', check_id) AS text
       FROM health_change WHERE check_id = ? AND domain = ? AND subject = ? ORDER BY at DESC, id DESC LIMIT ?`,
      ...columnsOf(key),
      limit,
    );
    return Promise.resolve(
      rows.map((row) => ({ ...row, text: JSON.parse(row.text) as HealthChange['text'] })),
    );
  }
}
