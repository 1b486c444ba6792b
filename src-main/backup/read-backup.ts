/**
 * Read a backup: the files of a snapshot into a folder.
 *
 * Invariants: every pack is fetched once; memory holds one pack and the plan; what was written is on disk when it resolves. What is damaged
 * is named, with the pack, and everything else is there: a file with a damaged piece is left out, unless it is the database, without which
 * nothing is of use.
 */
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MOST_OPEN_FILES, PROGRESS_INTERVAL_MS } from './limits.ts';
import { BackupProblem, type BackupRun } from './port.ts';
import { readChunks } from './repository/chunk-reader.ts';
import type { Repository } from './repository/repository.ts';
import type { ChunkId } from './repository/sealing.ts';
import type { SnapshotRecord, TreeFile } from './repository/snapshot-record.ts';
import { readTree } from './read-tree.ts';

/** A file that could not be restored. */
export interface LostFile {
  readonly path: string;
  /** null: no index knows the chunk. */
  readonly pack: string | null;
}

export interface ReadBackupOptions extends BackupRun {
  readonly repository: Repository;
  readonly snapshot: SnapshotRecord;
  /** Files are made below it. */
  readonly folder: string;
  /** Without it: all. */
  readonly isWanted?: (path: string) => boolean;
}

export const DATABASE_FILE = 'postroom.db';

/** The repository's index was read. Answers what is damaged; rejects with BackupProblem `damaged` where that is the database. */
export async function readBackup(options: ReadBackupOptions): Promise<readonly LostFile[]> {
  const files = (await readTree(options.repository, options.snapshot.tree)).filter(
    ({ path }) => options.isWanted?.(path) ?? true,
  );
  files.forEach(refuseOutside);
  return new BackupReading(options, files).run();
}

/** A path that leads out of the folder never comes from us. */
function refuseOutside({ path }: TreeFile): void {
  if (path.startsWith('/') || path.includes('\\') || path.split('/').includes('..') || path.includes('\0'))
    throw new BackupProblem('damaged', `the backup names a file outside of the data folder: ${path}`);
}

interface Target {
  readonly file: TreeFile;
  readonly at: number;
}

class BackupReading {
  readonly #options: ReadBackupOptions;
  readonly #files: readonly TreeFile[];
  readonly #targets = new Map<ChunkId, Target[]>();
  readonly #handles = new Map<string, FileHandle>();
  readonly #lost = new Map<string, string | null>();
  readonly #totalOctets: number;
  #doneOctets = 0;
  #movedOctets = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReadBackupOptions, files: readonly TreeFile[]) {
    this.#options = options;
    this.#files = files;
    this.#totalOctets = files.reduce((total, { octets }) => total + octets, 0);
    for (const file of files)
      file.chunks.forEach((id, number) => this.#want(id, { file, at: number * file.chunkOctets }));
  }

  async run(): Promise<readonly LostFile[]> {
    try {
      await this.#makeFiles();
      await readChunks(this.#options.repository, this.#targets.keys(), {
        signal: this.#options.signal,
        onChunk: (id, octets) => this.#write(id, octets),
        onDamage: (id, pack) => this.#lose(id, pack),
        onFetched: (octets) => (this.#movedOctets += octets),
      });
    } finally {
      for (const handle of this.#handles.values()) await handle.close();
    }
    for (const path of this.#lost.keys()) await rm(join(this.#options.folder, path), { force: true });
    await this.#sync();
    return [...this.#lost].map(([path, pack]) => ({ path, pack }));
  }

  #want(id: ChunkId, target: Target): void {
    const targets = this.#targets.get(id);
    if (targets === undefined) this.#targets.set(id, [target]);
    else targets.push(target);
  }

  async #makeFiles(): Promise<void> {
    const { folder } = this.#options;
    const folders = new Set(this.#files.map(({ path }) => dirname(join(folder, path))));
    for (const each of [folder, ...folders]) await mkdir(each, { recursive: true, mode: 0o700 });
    for (const { path, octets } of this.#files) {
      const file = await open(join(folder, path), 'w', 0o600);
      try {
        await file.truncate(octets);
      } finally {
        await file.close();
      }
    }
  }

  async #write(id: ChunkId, octets: Uint8Array): Promise<void> {
    for (const { file, at } of this.#targets.get(id) ?? []) {
      const handle = await this.#open(file.path);
      await handle.write(octets, 0, octets.length, at);
      this.#doneOctets += octets.length;
    }
    this.#tell();
  }

  async #open(path: string): Promise<FileHandle> {
    const known = this.#handles.get(path);
    if (known !== undefined) return known;
    if (this.#handles.size >= MOST_OPEN_FILES) {
      const [oldest] = [...this.#handles].filter(([each]) => each !== DATABASE_FILE);
      if (oldest !== undefined) {
        this.#handles.delete(oldest[0]);
        await oldest[1].close();
      }
    }
    const handle = await open(join(this.#options.folder, path), 'r+');
    this.#handles.set(path, handle);
    return handle;
  }

  #lose(id: ChunkId, pack: string | null): void {
    for (const { file } of this.#targets.get(id) ?? []) {
      if (file.path === DATABASE_FILE)
        throw new BackupProblem(
          'damaged',
          `${pack ?? 'a piece'} in ${this.#options.repository.place.title} is damaged, and the database of this backup with it: choose another backup`,
        );
      this.#lost.set(file.path, pack);
    }
  }

  /** After all was written: the system has put most of it on disk by then. */
  async #sync(): Promise<void> {
    for (const { path } of this.#files) {
      if (this.#lost.has(path)) continue;
      const file = await open(join(this.#options.folder, path), 'r+');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  }

  #tell(): void {
    const now = performance.now();
    const isLast = this.#doneOctets === this.#totalOctets;
    if (now - this.#toldAt < PROGRESS_INTERVAL_MS && !isLast) return;
    this.#toldAt = now;
    this.#options.onProgress({
      phase: 'reading',
      doneOctets: this.#doneOctets,
      totalOctets: this.#totalOctets,
      doneFiles: 0,
      totalFiles: this.#files.length,
      movedOctets: this.#movedOctets,
    });
  }
}
