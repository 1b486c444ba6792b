/**
 * What a repository keeps of a snapshot: a small record for lists, and its tree: which files there are, of which chunks.
 *
 * The tree is chunks too: the list of files as JSON, and for each size of chunk the names of the chunks, 32 octets each, in the order
 * of the files. Chunks of the database stand in a list of their own: few places of it differ from one backup to the next.
 * Invariants: whoever has the record finds everything through it.
 */
import type { ChunkId } from './sealing.ts';

export type SnapshotReason = 'manual' | 'scheduled' | 'upgrade' | 'commandLine';

/** What is in a data folder. */
export interface DataCounts {
  readonly accounts: number;
  readonly mailboxes: number;
  readonly messages: number;
}

export interface SnapshotFacts {
  /** Milliseconds since 1970 UTC: everything acknowledged before is in it. */
  readonly at: number;
  readonly reason: SnapshotReason;
  /** Of Postroom, and of its database. */
  readonly version: string;
  readonly databaseVersion: number;
  readonly hostname: string;
  readonly counts: DataCounts;
  /**
   * What opens what the data folder keeps encrypted, base64; null: it has none. The master key stays where it is: whoever restores
   * gets a new one, so neither a keystore nor a file elsewhere is needed.
   */
  readonly rootKey: string | null;
}

export interface SnapshotRecord extends SnapshotFacts {
  readonly id: string;
  /** Octets of all files, and of what was not in the repository before (as it lies there). */
  readonly octets: number;
  readonly addedOctets: number;
  readonly files: number;
  readonly tookMs: number;
  readonly tree: StoredTree;
}

export interface StoredTree {
  readonly names: readonly ChunkId[];
  /** By size of the chunks that are named. */
  readonly ids: Readonly<Record<string, readonly ChunkId[]>>;
}

export interface TreeFile {
  /** Below the data folder, parted by `/`. */
  readonly path: string;
  readonly octets: number;
  readonly chunkOctets: number;
  readonly chunks: readonly ChunkId[];
}

const ID_OCTETS = 32;

export function encodeRecord(record: SnapshotRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

export function decodeRecord(octets: Uint8Array): SnapshotRecord {
  return JSON.parse(Buffer.from(octets).toString()) as SnapshotRecord;
}

type NameRow = readonly [path: string, octets: number, chunkOctets: number];

export interface TreeStreams {
  readonly names: Uint8Array;
  readonly ids: ReadonlyMap<number, Uint8Array>;
}

export function encodeTree(files: readonly TreeFile[]): TreeStreams {
  const names = files.map(({ path, octets, chunkOctets }): NameRow => [path, octets, chunkOctets]);
  const parts = new Map<number, Buffer[]>();
  for (const { chunkOctets, chunks } of files) {
    const list = parts.get(chunkOctets) ?? [];
    list.push(Buffer.from(chunks.join(''), 'hex'));
    parts.set(chunkOctets, list);
  }
  const ids = new Map([...parts].map(([size, list]) => [size, Buffer.concat(list)]));
  return { names: Buffer.from(JSON.stringify(names)), ids };
}

export function decodeTree({ names, ids }: TreeStreams): readonly TreeFile[] {
  const at = new Map<number, number>();
  const take = (chunkOctets: number): ChunkId => {
    const start = at.get(chunkOctets) ?? 0;
    at.set(chunkOctets, start + ID_OCTETS);
    return Buffer.from(ids.get(chunkOctets)?.subarray(start, start + ID_OCTETS) ?? []).toString('hex');
  };
  return (JSON.parse(Buffer.from(names).toString()) as NameRow[]).map(([path, octets, chunkOctets]) => {
    const chunks = Array.from({ length: Math.ceil(octets / chunkOctets) }, () => take(chunkOctets));
    return { path, octets, chunkOctets, chunks };
  });
}
