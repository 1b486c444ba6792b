/** The files of a snapshot, from the chunks that name them. */
import { readInOrder } from './repository/chunk-reader.ts';
import type { Repository } from './repository/repository.ts';
import type { ChunkId } from './repository/sealing.ts';
import { decodeTree, type StoredTree, type TreeFile } from './repository/snapshot-record.ts';

/** Rejects with BackupProblem `damaged`. */
export async function readTree(repository: Repository, tree: StoredTree): Promise<readonly TreeFile[]> {
  const ids = new Map<number, Uint8Array>();
  for (const [size, chunks] of Object.entries(tree.ids))
    ids.set(Number(size), await readInOrder(repository, chunks));
  return decodeTree({ names: await readInOrder(repository, tree.names), ids });
}

/** Chunks that a snapshot needs: its tree's own and those of its files. */
export async function* chunksOf(repository: Repository, tree: StoredTree): AsyncGenerator<ChunkId> {
  yield* tree.names;
  for (const ids of Object.values(tree.ids)) yield* ids;
  for (const { chunks } of await readTree(repository, tree)) yield* chunks;
}
