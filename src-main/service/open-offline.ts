/** What every task on a stopped data folder works with: the folder's key, the machine's clock and dice, standard error. */
import { err, ok, type Result } from '../base/result.ts';
import type { OfflineOptions } from '../host/offline-tasks.ts';
import { createPooledRandom } from '../host/pooled-random.ts';
import { systemClock } from '../host/system-clock.ts';
import { KeyProblem } from '../storage/sealing/key-place.ts';
import { openKeyPlace, type KeyOptions } from './key-options.ts';

/** The error is a sentence: there is no key to be had. */
export async function openOffline(
  dataFolder: string,
  key: KeyOptions,
): Promise<Result<Required<OfflineOptions>, string>> {
  try {
    return ok({
      dataFolder,
      keyPlace: await openKeyPlace(key, dataFolder),
      clock: systemClock,
      randomBytes: createPooledRandom(),
      onError: (error) => console.error('postroom:', error),
    });
  } catch (error) {
    if (error instanceof KeyProblem) return err(error.message);
    throw error;
  }
}
