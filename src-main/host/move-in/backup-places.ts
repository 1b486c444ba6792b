/** Where an hMailServer's unpacked backup has its XML file and its messages. */
import { createReadStream, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { MoveInProblem } from '../../contract/move-in.ts';
import type { BackupPlaces } from './hmailserver-source.ts';
import { readHmailserver, type HmailserverBackup } from './read-hmailserver.ts';

const BACKUP_FILE = 'hMailServerBackup.xml';
/** Where it puts messages: in a backup, and while it runs. */
export const MAIL_FOLDERS = ['DataBackup', 'Data'];
const PACKED = /\.(?:7z|zip|rar|gz)$/iu;

export interface BackupChoice {
  /** The unpacked backup, or its XML file. */
  readonly path: string;
  /** Where messages lie, if not beside it. */
  readonly mailFolder: string | null;
}

export interface FoundBackup {
  readonly backup: HmailserverBackup;
  readonly places: BackupPlaces;
}

export async function openBackup({
  path,
  mailFolder,
}: BackupChoice): Promise<Result<FoundBackup, MoveInProblem>> {
  const file = path.toLowerCase().endsWith('.xml') ? path : join(path, BACKUP_FILE);
  if (PACKED.test(path)) return err(problemOf('notUnpacked', path));
  if (!existsSync(file)) return err(problemOf('unreadable', file));
  const folder = dirname(file);
  const found = mailFolder ?? MAIL_FOLDERS.map((name) => join(folder, name)).find(existsSync);
  const backup = await readFileOf(file);
  if (!backup.ok) return backup;
  if (found === undefined || !existsSync(found)) return err(problemOf('noMailFolder', found ?? folder));
  return ok({ backup: backup.value, places: { file, mailFolder: found } });
}

async function readFileOf(file: string): Promise<Result<HmailserverBackup, MoveInProblem>> {
  try {
    const backup = await readHmailserver(createReadStream(file) as AsyncIterable<Uint8Array>);
    return backup.ok ? backup : err(problemOf('notABackup', `${file}: ${backup.error}`));
  } catch (error) {
    return err(problemOf('unreadable', error instanceof Error ? error.message : file));
  }
}

type BackupProblem = Extract<MoveInProblem, { kind: 'backup' }>['problem'];

function problemOf(problem: BackupProblem, detail: string): MoveInProblem {
  return { kind: 'backup', problem, detail };
}
