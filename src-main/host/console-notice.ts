/**
 * Console notice: a running service says in its data folder where its console is, for a desktop app that finds the folder in use.
 *
 * Invariants: only who owns the folder reads or writes it, so the address in it is the server's; what a killed server left behind is
 * believed by nobody, because the folder's lock is free then.
 */
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FolderInUseError, lockFolder } from '../storage/folder-lock.ts';

const OWN_FILE = 0o600;
const notice = z.object({ url: z.url({ protocol: /^http$/u }) });

const pathIn = (dataFolder: string): string => join(dataFolder, 'postroom.console');

/** The answer takes it away. */
export async function leaveConsoleNotice(dataFolder: string, url: string): Promise<() => Promise<void>> {
  const path = pathIn(dataFolder);
  await writeFile(path, `${JSON.stringify({ url })}\n`, { mode: OWN_FILE });
  await chmod(path, OWN_FILE);
  return () => rm(path, { force: true });
}

/** Where the console of the server is that has this folder; null: none has it, or it does not say. */
export async function findConsole(dataFolder: string): Promise<string | null> {
  if (!isInUse(dataFolder)) return null;
  try {
    return notice.parse(JSON.parse(await readFile(pathIn(dataFolder), 'utf8'))).url;
  } catch {
    return null;
  }
}

function isInUse(dataFolder: string): boolean {
  try {
    lockFolder(dataFolder)();
    return false;
  } catch (error) {
    // A folder that is not there, or not ours to read, is nobody's that we could attach to.
    return error instanceof FolderInUseError;
  }
}
