/**
 * Verify: reads every pack and compares it with its name, and looks whether all that the snapshots need is there.
 *
 * Invariants: a damaged pack is taken out of the index, so that the next backup stores again what it held and older snapshots are
 * whole again with it, as far as that is still there. The repository is locked.
 */
import { PROGRESS_INTERVAL_MS } from './limits.ts';
import { BackupProblem, PlaceProblem, throwIfCancelled, type BackupRun, type StoredObject } from './port.ts';
import { chunksOf } from './read-tree.ts';
import { packName } from './repository/pack-writer.ts';
import type { Repository } from './repository/repository.ts';

export interface VerifyReport {
  readonly packs: number;
  readonly octets: number;
  /** Names of packs that are damaged or gone. */
  readonly damagedPacks: readonly string[];
  /** Ids of snapshots that need something that is not there; they can be restored in part. */
  readonly brokenSnapshots: readonly string[];
  /** Records that cannot be read. */
  readonly damagedRecords: readonly string[];
}

export async function verifyRepository(repository: Repository, run: BackupRun): Promise<VerifyReport> {
  await repository.readIndex();
  const packs = await repository.place.list('packs');
  const octets = packs.reduce((total, pack) => total + pack.octets, 0);
  const damagedPacks = await findDamaged(repository, packs, run);
  if (damagedPacks.length > 0) await forget(repository, damagedPacks);
  const damagedRecords: string[] = [];
  const brokenSnapshots: string[] = [];
  for (const { id, tree } of await repository.readSnapshots((name) => damagedRecords.push(name)))
    if (!(await isWhole(repository, tree))) brokenSnapshots.push(id);
  return { packs: packs.length, octets, damagedPacks, brokenSnapshots, damagedRecords };
}

async function findDamaged(
  { place, index }: Repository,
  packs: readonly StoredObject[],
  { signal, onProgress }: BackupRun,
): Promise<readonly string[]> {
  const names = new Set(packs.map(({ name }) => name));
  const damaged = index.packs.filter((name) => !names.has(name));
  const totalOctets = packs.reduce((total, { octets }) => total + octets, 0);
  let doneOctets = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  for (const [number, { name, octets }] of packs.entries()) {
    throwIfCancelled(signal);
    if (!(await isAsNamed({ place }, name))) damaged.push(name);
    doneOctets += octets;
    if (performance.now() - toldAt < PROGRESS_INTERVAL_MS && number < packs.length - 1) continue;
    toldAt = performance.now();
    const files = { doneFiles: number + 1, totalFiles: packs.length };
    onProgress({ phase: 'checking', doneOctets, totalOctets, ...files, movedOctets: doneOctets });
  }
  return damaged;
}

async function isAsNamed({ place }: Pick<Repository, 'place'>, name: string): Promise<boolean> {
  try {
    return packName(await place.get(name)) === name;
  } catch (error) {
    // A sector that cannot be read is damage of this pack; a place that has gone is not.
    if (error instanceof PlaceProblem && (await answers(place))) return false;
    throw error;
  }
}

async function answers(place: Repository['place']): Promise<boolean> {
  return place.list('snapshots').then(
    () => true,
    () => false,
  );
}

async function forget(repository: Repository, damaged: readonly string[]): Promise<void> {
  const old = await repository.place.list('index');
  damaged.forEach((pack) => repository.index.forget(pack));
  await repository.writeIndex(repository.index.packs);
  for (const { name } of old) await repository.place.remove(name);
}

async function isWhole(repository: Repository, tree: Parameters<typeof chunksOf>[1]): Promise<boolean> {
  try {
    for await (const id of chunksOf(repository, tree)) if (!repository.index.has(id)) return false;
    return true;
  } catch (error) {
    if (error instanceof BackupProblem && error.code === 'damaged') return false;
    throw error;
  }
}
