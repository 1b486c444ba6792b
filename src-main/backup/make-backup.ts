/**
 * Make a backup: a copy of the database that nobody writes to any more, and the files it names, into a repository.
 *
 * Flow: storage/snapshot (the copy) → here → chunks that are not there yet → tree → record. Invariants: the record comes last; a file that is
 * written once and was in the last backup is not read again; memory does not grow with the mail (names of chunks aside: some 200 octets
 * for each 64 KiB of the database).
 */
import { open } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { DATABASE_CHUNK_OCTETS, FILE_CHUNK_OCTETS, PROGRESS_INTERVAL_MS } from './limits.ts';
import { throwIfCancelled, type BackupProgress, type BackupRun } from './port.ts';
import type { Pace } from './pace.ts';
import { PackWriter } from './repository/pack-writer.ts';
import { newName, type Repository } from './repository/repository.ts';
import type { ChunkId } from './repository/sealing.ts';
import {
  encodeTree,
  type SnapshotFacts,
  type SnapshotRecord,
  type StoredTree,
  type TreeFile,
} from './repository/snapshot-record.ts';
import { readTree } from './read-tree.ts';

export interface SourceFile {
  /** Below the data folder, parted by `/`. */
  readonly path: string;
  /** Where it can be read now. */
  readonly location: string;
  readonly octets: number;
  /** The database is looked at in finer pieces than files that are written once. */
  readonly kind: 'database' | 'writtenOnce' | 'other';
}

export interface MakeBackupOptions extends BackupRun {
  readonly repository: Repository;
  readonly facts: SnapshotFacts;
  readonly files: readonly SourceFile[];
  /** Its files that are written once are not read again; null: there is none. */
  readonly previous: SnapshotRecord | null;
  readonly pace: Pace;
  readonly clock: Clock;
}

/** The repository is locked, and its index read. */
export function makeBackup(options: MakeBackupOptions): Promise<SnapshotRecord> {
  return new BackupMaking(options).run();
}

class BackupMaking {
  readonly #options: MakeBackupOptions;
  readonly #packs: PackWriter;
  readonly #totalOctets: number;
  /** What is read next; a chunk is sealed before the next one is read. */
  readonly #buffer = Buffer.allocUnsafe(FILE_CHUNK_OCTETS);
  #doneOctets = 0;
  #doneFiles = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: MakeBackupOptions) {
    this.#options = options;
    this.#totalOctets = options.files.reduce((total, { octets }) => total + octets, 0);
    this.#packs = new PackWriter(options.repository, () => this.#tell());
  }

  async run(): Promise<SnapshotRecord> {
    const { files, repository, facts, clock } = this.#options;
    const stored = await this.#storeFiles(await this.#previousFiles());
    await this.#packs.finish();
    const tree = await this.#storeTree(stored);
    const record: SnapshotRecord = {
      ...facts,
      id: newName(),
      octets: this.#totalOctets,
      files: files.length,
      addedOctets: this.#packs.storedOctets,
      tookMs: Math.max(0, clock.now() - facts.at),
      tree,
    };
    throwIfCancelled(this.#options.signal);
    await repository.writeSnapshot(record);
    return record;
  }

  async #storeFiles(known: ReadonlyMap<string, TreeFile>): Promise<readonly TreeFile[]> {
    const stored: TreeFile[] = [];
    for (const file of this.#options.files) {
      const before = file.kind === 'writtenOnce' ? known.get(file.path) : undefined;
      if (before !== undefined && this.#isWhole(before, file)) {
        stored.push(before);
        this.#doneOctets += file.octets;
      } else {
        stored.push(await this.#storeFile(file));
      }
      this.#doneFiles++;
      this.#tell();
    }
    return stored;
  }

  /** What a damaged pack held is stored again. */
  #isWhole(before: TreeFile, { octets }: SourceFile): boolean {
    return before.octets === octets && before.chunks.every((id) => this.#options.repository.index.has(id));
  }

  async #previousFiles(): Promise<ReadonlyMap<string, TreeFile>> {
    const { previous, repository } = this.#options;
    // A tree that is damaged costs time, not the backup.
    const files = previous === null ? [] : await readTree(repository, previous.tree).catch(() => []);
    return new Map(files.map((file) => [file.path, file]));
  }

  async #storeFile({ path, location, octets, kind }: SourceFile): Promise<TreeFile> {
    const chunkOctets = kind === 'database' ? DATABASE_CHUNK_OCTETS : FILE_CHUNK_OCTETS;
    const chunks: ChunkId[] = [];
    const file = await open(location, 'r');
    try {
      for (let at = 0; at < octets; at += chunkOctets) {
        throwIfCancelled(this.#options.signal);
        const chunk = this.#buffer.subarray(0, Math.min(chunkOctets, octets - at));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
        if (bytesRead !== chunk.length) throw new Error(`${location} became shorter while it was read`);
        chunks.push(await this.#packs.add(chunk));
        this.#doneOctets += chunk.length;
        this.#tell();
        await this.#options.pace.rest(chunk.length);
      }
    } finally {
      await file.close();
    }
    return { path, octets, chunkOctets, chunks };
  }

  async #storeTree(files: readonly TreeFile[]): Promise<StoredTree> {
    const { names, ids } = encodeTree(files);
    const tree: Record<string, readonly ChunkId[]> = {};
    for (const [size, octets] of ids) tree[size] = await this.#storeStream(octets);
    const stored = { names: await this.#storeStream(names), ids: tree };
    await this.#packs.finish();
    return stored;
  }

  async #storeStream(octets: Uint8Array): Promise<readonly ChunkId[]> {
    const chunks: ChunkId[] = [];
    for (let at = 0; at < octets.length; at += DATABASE_CHUNK_OCTETS)
      chunks.push(await this.#packs.add(octets.subarray(at, at + DATABASE_CHUNK_OCTETS)));
    return chunks;
  }

  #tell(): void {
    const now = performance.now();
    if (now - this.#toldAt < PROGRESS_INTERVAL_MS && this.#doneFiles < this.#options.files.length) return;
    this.#toldAt = now;
    this.#options.onProgress(this.#progress());
  }

  #progress(): BackupProgress {
    const { files } = this.#options;
    return {
      phase: 'storing',
      doneOctets: this.#doneOctets,
      totalOctets: this.#totalOctets,
      doneFiles: this.#doneFiles,
      totalFiles: files.length,
      movedOctets: this.#packs.storedOctets,
    };
  }
}
