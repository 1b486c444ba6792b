/** Walks a folder: its files with the names of the folders that lead to them, in the order of their names. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MOST_LEVELS } from '../limits.ts';

export interface FoundFile {
  readonly path: string;
  /** Names of folders from where the walk began, and the file's own name. */
  readonly levels: readonly string[];
  readonly sizeBytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** Links are not followed: a folder may lie within itself. */
export async function* walkFiles(folder: string, levels: readonly string[] = []): AsyncGenerator<FoundFile> {
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.isFile()) yield await findFile(join(folder, entry.name), [...levels, entry.name]);
  }
  if (levels.length >= MOST_LEVELS) return;
  for (const entry of entries) {
    if (entry.isDirectory()) yield* walkFiles(join(folder, entry.name), [...levels, entry.name]);
  }
}

export async function findFile(path: string, levels: readonly string[]): Promise<FoundFile> {
  const { size, mtimeMs } = await stat(path);
  return { path, levels, sizeBytes: size, modifiedAt: Math.round(mtimeMs) };
}

export async function listFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
