/** `postroom export-setup FILE`: domains, accounts, aliases, groups, relaying and rules as a provision file. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import { exportSetupOffline } from '../host/export-setup.ts';
import { NOT_DESCRIBED } from '../host/provision/describe-setup.ts';
import { keyOptions } from './key-options.ts';
import { openOffline } from './open-offline.ts';

export const EXPORT_SETUP_USAGE = `       postroom export-setup FILE [--data DIR]
       the set-up as a provision file, which serve --provision makes again; passwords as they are kept, never in the clear,
       but for those of smart hosts: keep the file like one`;

const TEXT = { type: 'string' } as const;
const OPTIONS = { data: TEXT, 'key-file': TEXT, 'passphrase-file': TEXT } as const;

export async function runExportSetup(args: readonly string[]): Promise<Result<number, string>> {
  const read = readArguments(args.slice(1));
  if (!read.ok) return read;
  const { values, positionals } = read.value;
  const [file, extra] = positionals;
  if (file === undefined || extra !== undefined) return err('export-setup needs the name of one file');
  const offline = await openOffline(resolve(values.data ?? defaultDataFolder()), keyOptions(values));
  if (!offline.ok) return offline;
  const setup = await exportSetupOffline(offline.value);
  return setup.ok ? keep(file, setup.value) : setup;
}

function readArguments(args: readonly string[]) {
  try {
    return ok(parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS }));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

async function keep(file: string, text: string): Promise<Result<number, string>> {
  const problem = await writeFile(file, text, { flag: 'wx', mode: 0o600 }).then(
    () => null,
    (error: Error) => error.message,
  );
  if (problem !== null) return err(problem);
  console.log(`${file}: the set-up; not in it: ${NOT_DESCRIBED.join('; ')}`);
  return ok(0);
}
