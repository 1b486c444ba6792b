/**
 * Lock of a repository: one writes to it at a time.
 *
 * Places know no exclusive create, so a lock is an object of one's own, written before the others are looked at: of two that begin at once
 * at least one sees the other and steps back. Invariants: a lock is renewed while it is held; one that was not for half an hour is
 * nobody's; what the same data folder left behind (it was cut off) is its own. Clocks that differ by less than that do no harm.
 */
import type { Clock } from '../../base/clock.ts';
import { LOCK_RENEW_MS, LOCK_STALE_MS } from '../limits.ts';
import { BackupProblem } from '../port.ts';
import { newName, type Repository } from './repository.ts';

interface LockRow {
  /** Which data folder. */
  readonly holder: string;
  readonly at: number;
}

export interface LockOptions {
  readonly clock: Clock;
  /** Says which data folder it is: nobody else uses the same words. */
  readonly holder: string;
}

/** The answer gives it back. Rejects with BackupProblem `locked`. */
export async function lockRepository(
  repository: Repository,
  options: LockOptions,
): Promise<() => Promise<void>> {
  const { clock } = options;
  const { place } = repository;
  const own = `locks/${newName()}`;
  const write = () =>
    place.put(own, encodeLock(repository, own, { holder: options.holder, at: clock.now() }));
  await write();
  try {
    await refuseWhileHeld(repository, own, options);
  } catch (error) {
    await place.remove(own).catch(() => undefined);
    throw error;
  }
  let cancel = (): void => undefined;
  const renew = (): void => {
    cancel = clock.after(
      LOCK_RENEW_MS,
      () =>
        void write()
          .catch(() => undefined)
          .then(renew),
    );
  };
  renew();
  return async () => {
    cancel();
    // A place that has gone keeps it until it is stale, or ours again.
    await place.remove(own).catch(() => undefined);
  };
}

async function refuseWhileHeld(
  repository: Repository,
  own: string,
  { clock, holder }: LockOptions,
): Promise<void> {
  for (const { name } of await repository.place.list('locks')) {
    if (name === own) continue;
    const lock = await readLock(repository, name);
    const isLeft = lock === null || lock.holder === holder || clock.now() - lock.at > LOCK_STALE_MS;
    if (isLeft) await repository.place.remove(name);
    else throw new BackupProblem('locked', describe(repository, lock));
  }
}

function describe({ place }: Repository, { at }: LockRow): string {
  const since = new Date(at).toISOString().slice(0, 16).replace('T', ' ');
  return `another Postroom writes to ${place.title} (${since} UTC): wait until it has ended; a lock that was left behind goes by itself after half an hour`;
}

function encodeLock({ keys }: Repository, name: string, lock: LockRow): Uint8Array {
  return keys.seal(Buffer.from(JSON.stringify(lock)), name);
}

/** null: gone meanwhile, or no lock. */
async function readLock({ place, keys }: Repository, name: string): Promise<LockRow | null> {
  try {
    return JSON.parse(keys.open(await place.get(name), name).toString()) as LockRow;
  } catch {
    return null;
  }
}
