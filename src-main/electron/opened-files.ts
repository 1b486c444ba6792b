/**
 * Opened files: mail files (.mbox, .eml) that somebody opens with the app. They are copied to where an account's imports take files from.
 *
 * Invariants: what is there already is not overwritten; whose mail it is, is decided in the console, not here.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { isAbsolute, join, parse, resolve } from 'node:path';

const MAIL_FILE = /\.(?:mbox|eml)$/iu;
const OWN_FOLDER = 0o700;
const OWN_FILE = 0o600;
const MOST_NAMESAKES = 100;

/** Of a command line, as the system writes it when a file is opened with us. */
export function mailFilesIn(args: readonly string[], folder: string): readonly string[] {
  const files = args.filter((each) => !each.startsWith('-') && MAIL_FILE.test(each));
  return files.map((each) => (isAbsolute(each) ? each : resolve(folder, each)));
}

/** The names they have there; what cannot be copied is left out. */
export async function takeFiles(dataFolder: string, paths: readonly string[]): Promise<readonly string[]> {
  const folder = join(dataFolder, 'transfer');
  await mkdir(folder, { recursive: true, mode: OWN_FOLDER });
  const names: string[] = [];
  for (const path of paths) {
    const name = await copyBeside(path, folder);
    if (name !== null) names.push(name);
  }
  return names;
}

async function copyBeside(path: string, folder: string): Promise<string | null> {
  const { name, ext } = parse(path);
  for (let number = 1; number <= MOST_NAMESAKES; number++) {
    const wanted = number === 1 ? `${name}${ext}` : `${name} (${String(number)})${ext}`;
    try {
      await copyFile(path, join(folder, wanted), constants.COPYFILE_EXCL);
      await chmod(join(folder, wanted), OWN_FILE);
      return wanted;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return null;
    }
  }
  return null;
}
