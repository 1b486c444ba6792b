/** A repository in memory, and files to be kept in it: for tests of the engine, without a database. */
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ManualClock } from '../../src-main/base/clock.ts';
import { makeBackup, type SourceFile } from '../../src-main/backup/make-backup.ts';
import { UNBOUNDED } from '../../src-main/backup/pace.ts';
import { readBackup, type LostFile } from '../../src-main/backup/read-backup.ts';
import { Repository } from '../../src-main/backup/repository/repository.ts';
import type { SnapshotRecord } from '../../src-main/backup/repository/snapshot-record.ts';
import { MemoryPlace } from './memory-place.ts';

export const RECOVERY_KEY = new Uint8Array(32).fill(7);

export type Files = Readonly<Record<string, Uint8Array>>;

export class SmallRepository {
  readonly place = new MemoryPlace();
  readonly clock = new ManualClock();
  signal = new AbortController().signal;

  /** As a program that begins anew does. */
  async open(): Promise<Repository> {
    const repository = await Repository.openOrCreate(this.place, RECOVERY_KEY);
    await repository.readIndex();
    return repository;
  }

  async backUp(files: Files): Promise<SnapshotRecord> {
    const repository = await this.open();
    const folder = await mkdtemp(join(tmpdir(), 'postroom-backup-from-'));
    const sources: SourceFile[] = [];
    for (const [path, octets] of Object.entries(files)) {
      const location = join(folder, path);
      await mkdir(dirname(location), { recursive: true });
      await writeFile(location, octets);
      const kind = path.endsWith('.db') ? 'database' : path.startsWith('content/') ? 'writtenOnce' : 'other';
      sources.push({ path, location, octets: octets.length, kind });
    }
    this.clock.advance(60_000);
    const at = this.clock.now();
    return makeBackup({
      ...{ repository, files: sources, pace: UNBOUNDED, clock: this.clock, signal: this.signal },
      facts: {
        ...{ at, reason: 'manual', version: '1', databaseVersion: 1, hostname: 'test', rootKey: null },
        counts: { accounts: 0, mailboxes: 0, messages: 0 },
      },
      previous: (await repository.readSnapshots())[0] ?? null,
      onProgress: () => undefined,
    });
  }

  async restore(snapshot: SnapshotRecord): Promise<{ files: Files; lost: readonly LostFile[] }> {
    const folder = await mkdtemp(join(tmpdir(), 'postroom-backup-to-'));
    const repository = await this.open();
    const { signal } = this;
    const lost = await readBackup({ repository, snapshot, folder, signal, onProgress: () => undefined });
    return { files: await readAll(folder), lost };
  }
}

async function readAll(folder: string): Promise<Files> {
  const files: Record<string, Uint8Array> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = await readFile(path);
  }
  return files;
}
