/**
 * The storage worker: the thread that owns a database connection: one for writing, others for searches and reports.
 *
 * Flow: Writer and Reader post groups of requests here; a group of writes is one commit (group-commit.ts).
 * Invariants: before its first request the writing worker makes the folder ready (begin-writing.ts).
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { beginWriting, removeFiles } from './begin-writing.ts';
import { collectAtRest, ownThread } from './collect-at-rest.ts';
import { compactDatabase } from './compact-database.ts';
import { Connection } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import { NewerDatabaseError } from './migrations/index.ts';
import { runSearch, SearchDesk } from './mail-search/search-desk.ts';
import { runRead } from './reads.ts';
import { ReleasedFiles } from './released-files.ts';
import {
  failureOf,
  type FromWorker,
  type ToWorker,
  type WorkerAnswer,
  type WorkerRequest,
  type WorkerSetup,
} from './worker-messages.ts';
import { runWrite, type OutsideCommit } from './writes.ts';

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
    const findings = isWriting ? beginWriting(connection, setup) : [];
    const answerGroup = startAnswering(connection, setup);
    if (isWriting) restWith(connection);
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

function restWith(connection: Connection): void {
  const thread = ownThread();
  const collect = () => {
    connection.pragma('shrink_memory');
    thread.collect();
  };
  collectAtRest({ ...thread, collect });
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
  const group = new GroupCommit(connection, runWrite, Date.now);
  const released = new ReleasedFiles((names) => removeFiles(setup.contentFolder, names));
  const outside: Readonly<Record<OutsideCommit, () => void>> = {
    compactDatabase: () => compactDatabase(connection, setup.databasePath),
    holdFiles: () => released.hold(),
    letFilesGo: () => released.letGo(),
  };
  return (requests) => {
    connection.keyring.refresh();
    const isOutside = ({ name }: WorkerRequest) => name in outside;
    const { answers, changes, releasedFiles } = group.commit(requests.filter((each) => !isOutside(each)));
    released.add(releasedFiles);
    const others = requests
      .filter(isOutside)
      .map((each) => answerRead((name) => outside[name as OutsideCommit](), each));
    return { kind: 'answers', answers: [...answers, ...others], changes };
  };
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
    return { id: request.id, outcome: { ok: false, failure: failureOf(error) } };
  }
}

function describeFailure(error: unknown): FromWorker {
  if (!(error instanceof NewerDatabaseError)) return { kind: 'failed', failure: failureOf(error) };
  const { found, known } = error;
  return { kind: 'newerDatabase', found, known };
}
