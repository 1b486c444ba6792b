/**
 * Pack writer: gathers sealed chunks into packs, stores them, and says in the index where they are.
 *
 * Invariants: one pack is on its way while the next is gathered, so two are in memory; a pack's name is the hash of its octets, so anybody
 * can tell a damaged one; an index names only packs that are stored, and follows every few of them.
 */
import { createHash } from 'node:crypto';
import { PACK_OCTETS, PACKS_AN_INDEX } from '../limits.ts';
import type { Repository } from './repository.ts';
import type { ChunkId } from './sealing.ts';

interface Gathered {
  readonly id: ChunkId;
  readonly offset: number;
  readonly length: number;
}

export class PackWriter {
  readonly #repository: Repository;
  readonly #onStored: (octets: number) => void;
  #pack = Buffer.allocUnsafe(PACK_OCTETS);
  /** Of the pack that was stored last. */
  #spare = Buffer.allocUnsafe(PACK_OCTETS);
  #chunks: Gathered[] = [];
  #octets = 0;
  readonly #gathered = new Set<ChunkId>();
  #underWay: Promise<void> = Promise.resolve();
  #unindexed: string[] = [];
  #storedOctets = 0;

  constructor(repository: Repository, onStored: (octets: number) => void = () => undefined) {
    this.#repository = repository;
    this.#onStored = onStored;
  }

  /** Octets of packs stored so far. */
  get storedOctets(): number {
    return this.#storedOctets;
  }

  /** Stores the chunk unless it is there already; answers its name. */
  async add(chunk: Uint8Array): Promise<ChunkId> {
    const { keys, index } = this.#repository;
    const id = keys.nameOf(chunk);
    if (!index.has(id) && !this.#gathered.has(id)) await this.#addSealed(id, keys.seal(chunk, id));
    return id;
  }

  /** A chunk that lies in another pack, as it is there. */
  async move(id: ChunkId, sealed: Uint8Array): Promise<void> {
    await this.#addSealed(id, sealed);
  }

  /** Everything is stored, and named in an index. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#underWay;
    await this.#writeIndex();
  }

  async #addSealed(id: ChunkId, sealed: Uint8Array): Promise<void> {
    if (this.#octets + sealed.length > PACK_OCTETS) await this.#flush();
    this.#chunks.push({ id, offset: this.#octets, length: sealed.length });
    this.#gathered.add(id);
    this.#pack.set(sealed, this.#octets);
    this.#octets += sealed.length;
  }

  async #flush(): Promise<void> {
    if (this.#chunks.length === 0) return;
    const chunks = this.#chunks;
    const octets = this.#pack.subarray(0, this.#octets);
    this.#chunks = [];
    this.#octets = 0;
    await this.#underWay;
    [this.#pack, this.#spare] = [this.#spare, this.#pack];
    this.#underWay = this.#store(octets, chunks);
    // Whoever waits for it hears of it.
    this.#underWay.catch(() => undefined);
  }

  async #store(octets: Buffer, chunks: readonly Gathered[]): Promise<void> {
    const { place, index } = this.#repository;
    const pack = packName(octets);
    await place.put(pack, octets);
    for (const { id, offset, length } of chunks) {
      index.add(id, { pack, offset, length });
      this.#gathered.delete(id);
    }
    this.#storedOctets += octets.length;
    this.#onStored(octets.length);
    this.#unindexed.push(pack);
    if (this.#unindexed.length >= PACKS_AN_INDEX) await this.#writeIndex();
  }

  async #writeIndex(): Promise<void> {
    const packs = this.#unindexed;
    this.#unindexed = [];
    if (packs.length > 0) await this.#repository.writeIndex(packs);
  }
}

export function packName(octets: Uint8Array): string {
  return `packs/${createHash('sha256').update(octets).digest('hex')}`;
}
