/**
 * The backup thread: one job about backups, then it ends: hashing, sealing and looking through a restored database disturb nobody who is
 * served.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { BackupProblem, PlaceProblem } from '../../backup/port.ts';
import { systemClock } from '../system-clock.ts';
import type { BackupJob } from './jobs.ts';
import { runJob } from './run-job.ts';
import type { FromBackupThread, ToBackupThread } from './thread-messages.ts';

if (parentPort === null) throw new Error('the backup thread runs as a worker thread');
serve(parentPort, workerData as BackupJob);

function serve(port: MessagePort, job: BackupJob): void {
  const post = (message: FromBackupThread) => port.postMessage(message);
  const stop = new AbortController();
  port.on('message', (message: ToBackupThread) => {
    if (message.kind === 'cancel') stop.abort();
  });
  const onProgress = (progress: Extract<FromBackupThread, { kind: 'progress' }>['progress']) =>
    post({ kind: 'progress', progress });
  runJob(job, { clock: systemClock, signal: stop.signal, onProgress })
    .then(
      (answer) => post({ kind: 'done', answer }),
      (error: unknown) => post(describe(error)),
    )
    .finally(() => port.close());
}

function describe(error: unknown): FromBackupThread {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof BackupProblem) return { kind: 'failed', type: 'backup', code: error.code, message };
  if (error instanceof PlaceProblem) return { kind: 'failed', type: 'place', code: error.trouble, message };
  return {
    kind: 'failed',
    type: 'unexpected',
    message,
    stack: error instanceof Error ? (error.stack ?? '') : '',
  };
}
