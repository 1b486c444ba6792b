/** Runs a job about backups in a thread of its own. Rejects as runJob does; a thread that dies is told as an unexpected error. */
import { Worker } from 'node:worker_threads';
import { BackupProblem, PlaceProblem, type BackupRun } from '../../backup/port.ts';
import type { BackupJob, JobAnswer } from './jobs.ts';
import type { FromBackupThread, ToBackupThread } from './thread-messages.ts';

/** For what is cancelled. */
const MOST_TO_END_MS = 5_000;

export type RunBackupJob = <Job extends BackupJob>(job: Job, run: BackupRun) => Promise<JobAnswer<Job>>;

export const runInThread: RunBackupJob = <Job extends BackupJob>(
  job: Job,
  { signal, onProgress }: BackupRun,
) =>
  new Promise<JobAnswer<Job>>((resolve, reject) => {
    const worker = new Worker(threadUrl(), { workerData: job, name: 'backup' });
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      worker.postMessage({ kind: 'cancel' } satisfies ToBackupThread);
      // A place that hangs (a share whose server has gone) must not keep the host from ending.
      timer = setTimeout(() => void worker.terminate(), MOST_TO_END_MS);
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    worker.on('message', (message: FromBackupThread) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'done') resolve(message.answer as JobAnswer<Job>);
      else reject(toError(message));
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      signal.removeEventListener('abort', cancel);
      clearTimeout(timer);
      reject(
        signal.aborted
          ? new BackupProblem('cancelled', 'it was cancelled')
          : new Error('the backup thread ended'),
      );
    });
  });

function toError(failure: Extract<FromBackupThread, { kind: 'failed' }>): Error {
  switch (failure.type) {
    case 'backup':
      return new BackupProblem(failure.code, failure.message);
    case 'place':
      return new PlaceProblem(failure.code, failure.message);
    case 'unexpected':
      return Object.assign(new Error(failure.message), { stack: failure.stack });
  }
}

/** See storage/worker-client.ts. */
function threadUrl(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? './backup-thread.ts' : './backup-thread.js', import.meta.url);
}
