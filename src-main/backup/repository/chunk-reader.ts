/**
 * Chunk reader: fetches chunks pack by pack, so that each pack is asked for once, whatever the order in which its chunks are needed.
 *
 * Invariants: memory holds one pack; what is damaged is told with the name of its pack, and the rest goes on.
 */
import { GAP_OCTETS } from '../limits.ts';
import { BackupProblem, PlaceProblem, throwIfCancelled } from '../port.ts';
import type { ChunkPlace } from './chunk-index.ts';
import type { Repository } from './repository.ts';
import { BrokenSealError, type ChunkId } from './sealing.ts';

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** In no order that means anything. */
  readonly onChunk: (id: ChunkId, octets: Uint8Array) => Promise<void> | void;
  /** A chunk that is not to be had; `pack` is null where no index knows it. */
  readonly onDamage: (id: ChunkId, pack: string | null) => void;
  readonly onFetched?: (octets: number) => void;
}

interface WantedChunk extends ChunkPlace {
  readonly id: ChunkId;
}

export async function readChunks(
  repository: Repository,
  ids: Iterable<ChunkId>,
  options: ReadOptions,
): Promise<void> {
  for (const [pack, chunks] of groupByPack(repository, ids, options)) {
    for (const run of runsOf(chunks)) {
      throwIfCancelled(options.signal);
      await readRun(repository, { pack, run }, options);
    }
  }
}

/** The octets of chunks that must be there, in the order asked for: for the small ones that say where others are. */
export async function readInOrder(repository: Repository, ids: readonly ChunkId[]): Promise<Uint8Array> {
  const found = new Map<ChunkId, Uint8Array>();
  await readChunks(repository, ids, {
    signal: new AbortController().signal,
    onChunk: (id, octets) => void found.set(id, octets),
    onDamage: (id, pack) => {
      throw new BackupProblem('damaged', `${pack ?? `chunk ${id}`} in ${repository.place.title} is damaged`);
    },
  });
  return Buffer.concat(ids.map((id) => found.get(id) ?? new Uint8Array(0)));
}

function groupByPack(repository: Repository, ids: Iterable<ChunkId>, { onDamage }: ReadOptions) {
  const groups = new Map<string, WantedChunk[]>();
  for (const id of new Set(ids)) {
    const place = repository.index.find(id);
    if (place === undefined) {
      onDamage(id, null);
      continue;
    }
    const group = groups.get(place.pack);
    if (group === undefined) groups.set(place.pack, [{ id, ...place }]);
    else group.push({ id, ...place });
  }
  return groups;
}

/** Neighbours are fetched in one. */
function runsOf(chunks: WantedChunk[]): readonly WantedChunk[][] {
  const runs: WantedChunk[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const chunk of chunks.sort((a, b) => a.offset - b.offset)) {
    if (chunk.offset - end > GAP_OCTETS) runs.push([chunk]);
    else runs.at(-1)?.push(chunk);
    end = chunk.offset + chunk.length;
  }
  return runs;
}

async function readRun(
  { place, keys }: Repository,
  { pack, run }: { pack: string; run: readonly WantedChunk[] },
  { onChunk, onDamage, onFetched }: ReadOptions,
): Promise<void> {
  const start = run[0]?.offset ?? 0;
  const last = run.at(-1);
  const end = (last?.offset ?? 0) + (last?.length ?? 0);
  const octets = await place.get(pack, { start, end }).catch((error: unknown) => {
    if (error instanceof PlaceProblem && error.trouble === 'missing') return new Uint8Array(0);
    throw error;
  });
  onFetched?.(octets.length);
  for (const { id, offset, length } of run) {
    try {
      await onChunk(id, keys.open(octets.subarray(offset - start, offset - start + length), id));
    } catch (error) {
      if (!(error instanceof BrokenSealError)) throw error;
      onDamage(id, pack);
    }
  }
}
