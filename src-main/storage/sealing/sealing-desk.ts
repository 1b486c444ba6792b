/**
 * Sealing desk: switches encryption at rest on and off, drives the background rewrite, changes the master key.
 *
 * Flow: console, provision, start of the host → here → writer (rewrite.ts), batch by batch.
 * Invariants: what was under way when the program ended goes on by itself; close() waits for the batch that is under way.
 */
import { setTimeout as rest } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { Emitter } from '../../base/emitter.ts';
import type { Connection } from '../connection.ts';
import type { SqliteContentReader } from '../content-store.ts';
import type { ContentFiles } from '../content-files.ts';
import type { Writer } from '../writer.ts';
import { KEY_OCTETS } from './codec.ts';
import type { FileToRewrite } from './content-rewrite.ts';
import type { KeyPlace } from './key-place.ts';
import { READ_SEALING, type SealingRow } from './rewrite.ts';
import { wrapRootKey } from './root-key.ts';

export interface SealingStatus extends SealingRow {
  readonly keyKind: KeyPlace['kind'];
  readonly keyPath: string;
}

export interface SealingDeskOptions {
  readonly writer: Writer;
  readonly connection: Connection;
  readonly files: ContentFiles;
  readonly content: Pick<SqliteContentReader, 'readRange'>;
  readonly place: KeyPlace;
  readonly rootKey: Uint8Array;
  readonly onError: (error: unknown) => void;
}

/** Between two batches, at least: sessions have the writer for themselves. */
const REST_MS = 10;
const COPY_OCTETS = 1024 * 1024;

export class SealingDesk {
  readonly #options: SealingDeskOptions;
  readonly #changed: Emitter<void>;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: SealingDeskOptions) {
    this.#options = options;
    this.#changed = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  status(): SealingStatus {
    const { connection, place } = this.#options;
    const row = connection.get<SealingRow>(READ_SEALING);
    if (row === undefined) throw new Error('the database does not say whether it is encrypted');
    return { ...row, isPaused: Boolean(row.isPaused), keyKind: place.kind, keyPath: place.path };
  }

  /** Goes on with what was under way. */
  start(): void {
    const { state, isPaused } = this.status();
    if ((state !== 'sealing' && state !== 'opening') || isPaused || this.#isClosed) return;
    this.#running ??= this.#rewrite()
      .catch(this.#options.onError)
      .finally(() => {
        this.#running = null;
        this.#changed.emit();
      });
  }

  /** Resolves when what comes from now on is as wished; the rest follows in the background. */
  async switch(isOn: boolean): Promise<void> {
    await this.#options.writer.run('switchSealing', { isOn });
    this.#changed.emit();
    this.start();
  }

  async pause(isPaused: boolean): Promise<void> {
    await this.#options.writer.run('pauseRewrite', { isPaused });
    this.#changed.emit();
    this.start();
  }

  /** A new master key: the file holds both until the database has the root key under the new one. */
  async rotate(): Promise<void> {
    const { place, rootKey, writer } = this.#options;
    const before = (await place.read()) ?? [];
    const next = randomBytes(KEY_OCTETS);
    await place.write([next, ...before]);
    await writer.run('storeRootKey', wrapRootKey(rootKey, next));
    await place.write([next]);
    this.#changed.emit();
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  get #goesOn(): boolean {
    return !this.#isClosed && !this.status().isPaused;
  }

  async #rewrite(): Promise<void> {
    const { writer } = this.#options;
    while (this.#goesOn) {
      await this.#rewriteFiles();
      while (this.#goesOn && (await this.#batch()));
      if (!this.#goesOn) return;
      await writer.run('compactDatabase', null);
      if (await writer.run('finishRewrite', null)) return;
    }
  }

  async #batch(): Promise<boolean> {
    const from = performance.now();
    const hasMore = await this.#options.writer.run('rewriteBatch', null);
    this.#changed.emit();
    if (hasMore) await rest(Math.max(REST_MS, performance.now() - from));
    return hasMore;
  }

  async #rewriteFiles(): Promise<void> {
    while (this.#goesOn) {
      const files = await this.#options.writer.run('findFilesToRewrite', null);
      if (files.length === 0) return;
      for (const file of files) if (this.#goesOn) await this.#rewriteFile(file);
    }
  }

  /** The copy is on disk before it is named. */
  async #rewriteFile(file: FileToRewrite): Promise<void> {
    const { writer, files, content } = this.#options;
    const copy = await files.create();
    try {
      for (let at = 0; at < file.sizeBytes; at += COPY_OCTETS) {
        await copy.write(
          await content.readRange(file.contentId, at, Math.min(at + COPY_OCTETS, file.sizeBytes)),
        );
      }
    } catch (error) {
      await copy.abort();
      // The message has left meanwhile; anything else is told.
      if (this.#isThere(file)) throw error;
      return;
    }
    await copy.finish();
    await writer.run('swapContentFile', { ...file, newName: copy.fileName, dataKey: copy.dataKey ?? null });
  }

  #isThere({ contentId }: FileToRewrite): boolean {
    return this.#options.connection.get('SELECT 1 FROM content WHERE id = ?', contentId) !== undefined;
  }
}
