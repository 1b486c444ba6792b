/**
 * GroupCommit: runs many writes in one transaction, so that they share one sync of the disk.
 *
 * Flow: writer worker collects what arrived → here → answers, to be sent only after the commit has returned.
 * Invariants: a write that throws is rolled back alone and fails alone; a commit that fails fails all its writes.
 * Nobody is answered before the commit is on disk.
 */
import type { Connection } from './connection.ts';
import type { StoreChange, Transaction } from './transaction.ts';
import { failureOf, type WorkerAnswer, type WorkerRequest } from './worker-messages.ts';

export type RunWrite = (transaction: Transaction, name: string, args: unknown) => unknown;

export interface GroupResult {
  readonly answers: readonly WorkerAnswer[];
  readonly changes: readonly StoreChange[];
  /** Content files to delete now. */
  readonly releasedFiles: readonly string[];
}

export class GroupCommit {
  readonly #connection: Connection;
  readonly #run: RunWrite;
  readonly #now: () => number;

  constructor(connection: Connection, run: RunWrite, now: () => number) {
    this.#connection = connection;
    this.#run = run;
    this.#now = now;
  }

  /** Runs the requests in order; one commit where none of them throws. */
  commit(requests: readonly WorkerRequest[]): GroupResult {
    if (requests.length === 0) return { answers: [], changes: [], releasedFiles: [] };
    try {
      return this.#commitTogether(requests);
    } catch (error) {
      if (requests.length === 1) return failAll(requests, error);
      return mergeResults(requests.map((request) => this.commit([request])));
    }
  }

  #commitTogether(requests: readonly WorkerRequest[]): GroupResult {
    const transaction = { connection: this.#connection, now: this.#now(), releasedFiles: [], changes: [] };
    this.#connection.execute('BEGIN IMMEDIATE');
    try {
      const answers = requests.map((request): WorkerAnswer => {
        const value = this.#run(transaction, request.name, request.args);
        return { id: request.id, outcome: { ok: true, value } };
      });
      this.#connection.execute('COMMIT');
      return { answers, changes: transaction.changes, releasedFiles: transaction.releasedFiles };
    } catch (error) {
      if (this.#connection.isInTransaction) this.#connection.execute('ROLLBACK');
      this.#connection.keyring.forget();
      throw error;
    }
  }
}

function failAll(requests: readonly WorkerRequest[], reason: unknown): GroupResult {
  const failure = failureOf(reason);
  const answers = requests.map(({ id }): WorkerAnswer => ({ id, outcome: { ok: false, failure } }));
  return { answers, changes: [], releasedFiles: [] };
}

function mergeResults(results: readonly GroupResult[]): GroupResult {
  return {
    answers: results.flatMap((result) => result.answers),
    changes: results.flatMap((result) => result.changes),
    releasedFiles: results.flatMap((result) => result.releasedFiles),
  };
}
