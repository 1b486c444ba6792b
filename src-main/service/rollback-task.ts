/** `postroom rollback`: gives the data folder back to the Postroom that had it before the last upgrade. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import { FolderInUseError } from '../storage/folder-lock.ts';
import { rollBack } from '../storage/roll-back.ts';

export const ROLLBACK_USAGE = `       postroom rollback [--data DIR]
       gives a stopped data folder back to the version that had it before the last upgrade; what is there now stays beside`;

/** The exit code, or a sentence where nothing was begun. */
export async function runRollback(args: readonly string[], now: number): Promise<Result<number, string>> {
  const folder = readFolder(args.slice(1));
  if (!folder.ok) return folder;
  if (!existsSync(join(folder.value, 'postroom.db'))) return err(`${folder.value} is no data folder`);
  const stamp = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-');
  try {
    const done = await rollBack(folder.value, stamp);
    if (!done.ok) return done;
    const { fromVersion, toVersion, asideFolder, newerMessages } = done.value;
    console.log(
      `the database has version ${toVersion} again, it had ${fromVersion}: install the older Postroom and start it`,
    );
    console.log(`as it was, with ${newerMessages} messages that came since the upgrade: ${asideFolder}`);
    return ok(0);
  } catch (error) {
    if (error instanceof FolderInUseError) return err(error.message);
    throw error;
  }
}

function readFolder(args: readonly string[]): Result<string, string> {
  try {
    const { values } = parseArgs({ args: [...args], options: { data: { type: 'string' } } });
    return ok(resolve(values.data ?? defaultDataFolder()));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
