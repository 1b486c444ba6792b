/**
 * The storage worker: the thread that owns a database connection: one for writing, others for searches and reports.
 *
 * Flow: Writer and Reader post groups of requests here; a group of writes is one commit (group-commit.ts).
 * Invariants: the writing worker migrates first, and removes content files that no row names, before its first request;
 * after an unclean end it looks quickly for what a disk may have lost.
 */
import { mkdirSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { collectAtRest } from './collect-at-rest.ts';
import { compactDatabase } from './compact-database.ts';
import { Connection } from './connection.ts';
import { namedFiles } from './content-store.ts';
import { examineQuickly } from './doctor/examine.ts';
import { GroupCommit } from './group-commit.ts';
import { migrate, NewerDatabaseError } from './migrations/index.ts';
import { runSearch, SearchDesk } from './mail-search/search-desk.ts';
import { runRead } from './reads.ts';
import type { FromWorker, ToWorker, WorkerAnswer, WorkerRequest, WorkerSetup } from './worker-messages.ts';
import { OFFICE } from './sealing/keyring.ts';
import { runWrite } from './writes.ts';

type RunRead = (name: string, args: unknown) => unknown;
type AnswerGroup = (requests: readonly WorkerRequest[]) => FromWorker;

if (parentPort === null) throw new Error('the storage worker runs as a worker thread');
serve(parentPort, workerData as WorkerSetup);

function serve(port: MessagePort, setup: WorkerSetup): void {
  const post = (message: FromWorker) => port.postMessage(message);
  try {
    const isWriting = setup.mode === 'write';
    const connection = new Connection(setup.databasePath, { readonly: !isWriting });
    connection.keyring.useRoot(setup.rootKey);
    setup.rootKey.fill(0);
    const answerGroup = startAnswering(connection, setup);
    if (isWriting) collectAtRest();
    const findings = isWriting && setup.wasCut ? examineQuickly(connection, setup.contentFolder) : [];
    port.on('message', (message: ToWorker) => {
      if (message.kind === 'requests') return post(answerGroup(message.requests));
      connection.close();
      port.close();
    });
    post({ kind: 'ready', findings });
  } catch (error) {
    post(describeFailure(error));
    port.close();
  }
}

function startAnswering(connection: Connection, setup: WorkerSetup): AnswerGroup {
  switch (setup.mode) {
    case 'write':
      return startWriting(connection, setup);
    case 'read':
      return startReading((name, args) => runRead(connection, name, args));
    case 'search': {
      const { contentFolder } = setup;
      const desk = new SearchDesk({ connection, contentFolder }, () => performance.now());
      return startReading((name, args) => runSearch(desk, name, args));
    }
  }
}

function startWriting(connection: Connection, setup: WorkerSetup): AnswerGroup {
  prepareDatabase(connection, setup);
  removeUnnamedFiles(connection, setup.contentFolder);
  const group = new GroupCommit(connection, runWrite, Date.now);
  return (requests) => {
    connection.keyring.refresh();
    const compactions = requests.filter(({ name }) => name === 'compactDatabase');
    const { answers, changes, releasedFiles } = group.commit(
      requests.filter((each) => !compactions.includes(each)),
    );
    removeFiles(setup.contentFolder, releasedFiles);
    const compact = () => compactDatabase(connection, setup.databasePath);
    return {
      kind: 'answers',
      answers: [...answers, ...compactions.map((each) => answerRead(compact, each))],
      changes,
    };
  };
}

function prepareDatabase(
  connection: Connection,
  { databasePath, newRootKey, encryptsNew }: WorkerSetup,
): void {
  const isNew = connection.pragma('user_version') === 0;
  migrate(connection, databasePath);
  if (newRootKey !== null) connection.run('UPDATE sealing SET root_key = ?', newRootKey);
  if (isNew && encryptsNew) {
    connection.run("UPDATE sealing SET state = 'on'");
    connection.keyring.makeKey(OFFICE);
  }
  connection.keyring.refresh();
}

function startReading(run: RunRead): AnswerGroup {
  return (requests) => ({
    kind: 'answers',
    answers: requests.map((request) => answerRead(run, request)),
    changes: [],
  });
}

function answerRead(run: RunRead, request: WorkerRequest): WorkerAnswer {
  try {
    const value = run(request.name, request.args);
    return { id: request.id, outcome: { ok: true, value } };
  } catch (error) {
    return { id: request.id, outcome: { ok: false, error: toError(error) } };
  }
}

/** Files of messages that were arriving, or leaving, when the program was cut off. */
function removeUnnamedFiles(connection: Connection, folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = readdirSync(folder);
  const named = namedFiles(connection, files);
  removeFiles(
    folder,
    files.filter((file) => !named.has(file)),
  );
}

/** Deletes files that nothing names any more; one that cannot be deleted now goes at the next start. */
function removeFiles(folder: string, names: readonly string[]): void {
  for (const name of names) {
    try {
      unlinkSync(join(folder, name));
    } catch {
      // An antivirus may hold it; it takes space until the next start, nothing more.
    }
  }
}

function describeFailure(error: unknown): FromWorker {
  if (!(error instanceof NewerDatabaseError)) return { kind: 'failed', error: toError(error) };
  const { found, known } = error;
  return { kind: 'newerDatabase', found, known };
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
