/**
 * Sweep: removes snapshots that retention lets go, and what nothing needs any more then.
 *
 * Invariants: the repository is locked. New packs → new index → old indexes go → packs go: wherever this is cut off, every
 * snapshot is whole and the next sweep removes the rest. A snapshot whose tree cannot be read stops it: what it needs is not known.
 */
import { LEAST_WANTED_SHARE } from './limits.ts';
import { throwIfCancelled, type StoredObject } from './port.ts';
import { chunksOf } from './read-tree.ts';
import { readChunks } from './repository/chunk-reader.ts';
import { PackWriter } from './repository/pack-writer.ts';
import type { Repository } from './repository/repository.ts';
import type { ChunkId } from './repository/sealing.ts';

export interface SweepReport {
  readonly removedSnapshots: number;
  readonly freedOctets: number;
}

export async function sweep(
  repository: Repository,
  { expired, signal }: { readonly expired: readonly string[]; readonly signal: AbortSignal },
): Promise<SweepReport> {
  for (const id of expired) await repository.removeSnapshot(id);
  await repository.readIndex();
  const packs = await repository.place.list('packs');
  const wanted = await findWanted(repository, signal);
  const plan = planSweep(repository, { packs, wanted });
  if (plan.goes.length === 0) return { removedSnapshots: expired.length, freedOctets: 0 };
  const oldIndexes = await repository.place.list('index');
  const moved = await moveWanted(repository, { ...plan, wanted, signal });
  for (const { name } of plan.goes) repository.index.forget(name);
  await repository.writeIndex(plan.stays);
  for (const { name } of oldIndexes) await repository.place.remove(name);
  for (const { name } of plan.goes) await repository.place.remove(name);
  const gone = plan.goes.reduce((total, { octets }) => total + octets, 0);
  return { removedSnapshots: expired.length, freedOctets: Math.max(0, gone - moved) };
}

async function findWanted(repository: Repository, signal: AbortSignal): Promise<ReadonlySet<ChunkId>> {
  const wanted = new Set<ChunkId>();
  for (const { tree } of await repository.readSnapshots()) {
    throwIfCancelled(signal);
    for await (const id of chunksOf(repository, tree)) wanted.add(id);
  }
  return wanted;
}

interface SweepPlan {
  /** Packs that are removed, those that no index names among them. */
  readonly goes: readonly StoredObject[];
  readonly stays: readonly string[];
}

function planSweep(
  { index }: Repository,
  { packs, wanted }: { packs: readonly StoredObject[]; wanted: ReadonlySet<ChunkId> },
): SweepPlan {
  const goes: StoredObject[] = [];
  const stays: string[] = [];
  for (const pack of packs) {
    const lengths = index
      .chunksOf(pack.name)
      .filter((id) => wanted.has(id))
      .map((id) => index.find(id)?.length ?? 0);
    const share = lengths.reduce((total, length) => total + length, 0) / Math.max(1, pack.octets);
    if (share < LEAST_WANTED_SHARE) goes.push(pack);
    else stays.push(pack.name);
  }
  return { goes, stays };
}

/** Answers how many octets that took. */
async function moveWanted(
  repository: Repository,
  { goes, wanted, signal }: SweepPlan & { wanted: ReadonlySet<ChunkId>; signal: AbortSignal },
): Promise<number> {
  const writer = new PackWriter(repository);
  const chunks = goes.flatMap(({ name }) => repository.index.chunksOf(name)).filter((id) => wanted.has(id));
  await readChunks(repository, chunks, {
    signal,
    onChunk: (id, octets) => writer.move(id, repository.keys.seal(octets, id)),
    // It cannot be moved, and could not have been read.
    onDamage: () => undefined,
  });
  await writer.finish();
  return writer.storedOctets;
}
