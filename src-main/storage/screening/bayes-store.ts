/**
 * What words tell junk from mail, on SQLite: a token is a number of 48 bits, its counts a row of about 20 octets.
 *
 * Invariants: a message teaches each owner once; what turns out to be the other takes its tokens along; an owner has at most
 * MOST_TOKENS tokens: those that were seen once, long ago, give way.
 */
import type {
  BayesOwner,
  BayesStore,
  BayesTotals,
  Correction,
  HeldAs,
  Lesson,
  MailLesson,
  TokenCounts,
} from '../../mail/screening/store-port.ts';
import { Emitter } from '../../base/emitter.ts';
import type { Connection } from '../connection.ts';
import type { Transaction, Write } from '../transaction.ts';
import type { Writer } from '../writer.ts';

/** About 5 MiB for an owner; SpamAssassin keeps 150,000. */
const MOST_TOKENS = 200_000;
/** So many go at once when there are too many. */
const PRUNED_SHARE = 0.1;
const DAY_MS = 24 * 60 * 60_000;

const learnTokens: Write<Lesson, number> = (transaction, lesson) => {
  let learned = 0;
  const as = lesson.isJunk ? 'junk' : 'mail';
  for (const owner of lesson.owners) if (hold(transaction, { ...lesson, owner, as }) !== as) learned++;
  return learned;
};

/** Answers what it was held to be before. */
function hold(transaction: Transaction, correction: Correction): HeldAs {
  const { connection } = transaction;
  const { owner, message, as, at } = correction;
  const known = connection.get<{ is_junk: number }>(
    'SELECT is_junk FROM bayes_message WHERE owner = ? AND message = ?',
    owner,
    message,
  );
  const before = known === undefined ? null : known.is_junk === 1 ? 'junk' : 'mail';
  if (before === as) return before;
  if (before !== null) count(transaction, { ...correction, as: before }, -1);
  if (as === null) {
    connection.run('DELETE FROM bayes_message WHERE owner = ? AND message = ?', owner, message);
    return before;
  }
  count(transaction, correction, 1);
  connection.run(
    'INSERT OR REPLACE INTO bayes_message (owner, message, is_junk, at) VALUES (?, ?, ?, ?)',
    owner,
    message,
    as === 'junk' ? 1 : 0,
    at,
  );
  keepBounded(transaction, owner);
  return before;
}

function count({ connection }: Transaction, { owner, tokens, as, at }: Correction, by: 1 | -1): void {
  const junk = as === 'junk' ? by : 0;
  const mail = as === 'mail' ? by : 0;
  const day = Math.floor(at / DAY_MS);
  for (const token of tokens) {
    // Counts that a pruning took away cannot be taken away again.
    connection.run(
      `INSERT INTO bayes_token (owner, token, junk, mail, seen_day) VALUES (?, ?, max(0, ?), max(0, ?), ?)
       ON CONFLICT (owner, token) DO UPDATE
          SET junk = max(0, junk + ?), mail = max(0, mail + ?), seen_day = excluded.seen_day`,
      owner,
      token,
      junk,
      mail,
      day,
      junk,
      mail,
    );
  }
  connection.run(
    `INSERT INTO bayes_owner (owner, junk, mail, tokens) VALUES (?, max(0, ?), max(0, ?), 0)
     ON CONFLICT (owner) DO UPDATE SET junk = max(0, junk + ?), mail = max(0, mail + ?)`,
    owner,
    junk,
    mail,
    junk,
    mail,
  );
}

/** Counting 200,000 rows takes some milliseconds: not for each lesson. */
const COUNT_EVERY = 20;

function keepBounded({ connection }: Transaction, owner: BayesOwner): void {
  const totals = connection.get<TokenCounts>('SELECT junk, mail FROM bayes_owner WHERE owner = ?', owner);
  const lessons = (totals?.junk ?? 0) + (totals?.mail ?? 0);
  if (lessons > COUNT_EVERY && lessons % COUNT_EVERY !== 0) return;
  const tokens = countTokens(connection, owner);
  if (tokens > MOST_TOKENS) {
    connection.run(
      `DELETE FROM bayes_token WHERE owner = ? AND token IN (
         SELECT token FROM bayes_token WHERE owner = ? ORDER BY junk + mail > 2, seen_day LIMIT ?)`,
      owner,
      owner,
      Math.ceil(MOST_TOKENS * PRUNED_SHARE),
    );
  }
  connection.run('UPDATE bayes_owner SET tokens = ? WHERE owner = ?', countTokens(connection, owner), owner);
}

function countTokens(connection: Connection, owner: BayesOwner): number {
  const row = connection.get<{ tokens: number }>(
    'SELECT count(*) AS tokens FROM bayes_token WHERE owner = ?',
    owner,
  );
  return row?.tokens ?? 0;
}

const correctTokens: Write<Correction, HeldAs> = hold;

const forgetTokens: Write<BayesOwner, void> = ({ connection }, owner) => {
  for (const table of ['bayes_token', 'bayes_owner', 'bayes_message']) {
    connection.run(`DELETE FROM ${table} WHERE owner = ?`, owner);
  }
};

export const bayesWrites = { correctTokens, learnTokens, forgetTokens };

export class SqliteBayesStore implements BayesStore {
  readonly #writer: Writer;
  readonly #connection: Connection;

  readonly #lessons: Emitter<MailLesson>;

  constructor(options: { writer: Writer; connection: Connection; onError: (error: unknown) => void }) {
    this.#writer = options.writer;
    this.#connection = options.connection;
    this.#lessons = new Emitter(options.onError);
    this.#writer.onChanges((changes) => {
      for (const change of changes) if (change.kind === 'lesson') this.#lessons.emit(change);
    });
  }

  get onLesson() {
    return this.#lessons.subscribe;
  }

  totals(owner: BayesOwner): Promise<BayesTotals> {
    const row = this.#connection.get<BayesTotals>(
      'SELECT junk, mail, tokens FROM bayes_owner WHERE owner = ?',
      owner,
    );
    return Promise.resolve(row ?? { junk: 0, mail: 0, tokens: 0 });
  }

  counts(owner: BayesOwner, tokens: readonly number[]): Promise<ReadonlyMap<number, TokenCounts>> {
    const rows = this.#connection.all<TokenCounts & { token: number }>(
      'SELECT token, junk, mail FROM bayes_token WHERE owner = ? AND token IN (SELECT value FROM json_each(?))',
      owner,
      JSON.stringify(tokens),
    );
    return Promise.resolve(new Map(rows.map(({ token, junk, mail }) => [token, { junk, mail }])));
  }

  learn(lesson: Lesson): Promise<number> {
    return this.#writer.run('learnTokens', lesson);
  }

  correct(correction: Correction): Promise<HeldAs> {
    return this.#writer.run('correctTokens', correction);
  }

  forget(owner: BayesOwner): Promise<void> {
    return this.#writer.run('forgetTokens', owner);
  }
}
