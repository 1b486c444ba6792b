/**
 * The index: which chunk lies in which pack, where.
 *
 * Invariants: a chunk that lies in several packs is named once, any of them will do. Index objects are bounded, and each stands alone.
 */
import { PACKS_AN_INDEX } from '../limits.ts';
import type { ChunkId } from './sealing.ts';

export interface ChunkPlace {
  /** The pack's name. */
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
}

/** Packs of an index object that a sweep writes: some megabytes. */
const MOST_PACKS = PACKS_AN_INDEX * 8;

/** [pack, [chunk, offset, length]…] */
type IndexRow = readonly [pack: string, chunks: readonly (readonly [ChunkId, number, number])[]];

export class ChunkIndex {
  readonly #chunks = new Map<ChunkId, ChunkPlace>();
  readonly #packs = new Map<string, ChunkId[]>();

  find(id: ChunkId): ChunkPlace | undefined {
    return this.#chunks.get(id);
  }

  has(id: ChunkId): boolean {
    return this.#chunks.has(id);
  }

  get size(): number {
    return this.#chunks.size;
  }

  get packs(): readonly string[] {
    return [...this.#packs.keys()];
  }

  chunksOf(pack: string): readonly ChunkId[] {
    return (this.#packs.get(pack) ?? []).filter((id) => this.#chunks.get(id)?.pack === pack);
  }

  add(id: ChunkId, place: ChunkPlace): void {
    this.#chunks.set(id, place);
    const chunks = this.#packs.get(place.pack);
    if (chunks === undefined) this.#packs.set(place.pack, [id]);
    else chunks.push(id);
  }

  /** Its chunks are not to be had any more. */
  forget(pack: string): void {
    for (const id of this.chunksOf(pack)) this.#chunks.delete(id);
    this.#packs.delete(pack);
  }
}

export function* encodeIndexes(index: ChunkIndex, packs: Iterable<string>): Generator<Uint8Array> {
  let rows: IndexRow[] = [];
  for (const pack of packs) {
    rows.push([pack, index.chunksOf(pack).flatMap((id) => chunkRow(index, id))]);
    if (rows.length < MOST_PACKS) continue;
    yield Buffer.from(JSON.stringify(rows));
    rows = [];
  }
  if (rows.length > 0) yield Buffer.from(JSON.stringify(rows));
}

function chunkRow(index: ChunkIndex, id: ChunkId): (readonly [ChunkId, number, number])[] {
  const place = index.find(id);
  return place === undefined ? [] : [[id, place.offset, place.length]];
}

export function decodeIndex(octets: Uint8Array, into: ChunkIndex): void {
  for (const [pack, chunks] of JSON.parse(Buffer.from(octets).toString()) as IndexRow[])
    for (const [id, offset, length] of chunks) into.add(id, { pack, offset, length });
}
