/**
 * A whole restore into a data folder: read out of the backup beside the data, prepared, and marked; whoever opens the folder next puts it in
 * place (storage/snapshot/staged-restore.ts).
 */
import { removeScratch } from './scratch.ts';
import { runJob, type JobRun } from './run-job.ts';
import type { JobAnswers, StageOrder } from './jobs.ts';
import { prepareRestored } from '../../storage/snapshot/prepare-restored.ts';
import { clearStage, stage, stagedFolder } from '../../storage/snapshot/staged-restore.ts';
import type { KeyPlace } from '../../storage/sealing/key-place.ts';

export interface RestoreWholeOptions {
  readonly order: StageOrder;
  /** Where the data folder's key is to lie; null: in the folder. */
  readonly keyPlace: KeyPlace | null;
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** Runs the job, in this thread or another. */
  readonly stageFiles: (order: StageOrder) => Promise<JobAnswers['stage']>;
}

export async function stageRestore(options: RestoreWholeOptions): Promise<JobAnswers['stage']> {
  const { order, keyPlace, now, stageFiles } = options;
  const { dataFolder } = order;
  const staged = await stageFiles(order);
  const { rootKey } = staged;
  try {
    await prepareRestored({
      ...{ folder: stagedFolder(dataFolder), dataFolder, keyPlace, now },
      rootKey: rootKey === null ? null : Buffer.from(rootKey, 'base64'),
    });
    stage(dataFolder, stampOf(now));
  } catch (error) {
    clearStage(dataFolder);
    throw error;
  }
  await removeScratch(dataFolder);
  return staged;
}

export function stageHere(run: JobRun): RestoreWholeOptions['stageFiles'] {
  return (order) => runJob(order, run);
}

/** 2026-01-02T03-04-05 */
function stampOf(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
}
