/** `postroom export-setup FILE`: domains, accounts, aliases, groups, relaying and rules as a provision file. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { err, ok, type Result } from '../base/result.ts';
import { defaultDataFolder } from '../host/data-folder.ts';
import { exportSetupOffline } from '../host/export-setup.ts';
import { createPooledRandom } from '../host/pooled-random.ts';
import { NOT_DESCRIBED } from '../host/provision/describe-setup.ts';
import { systemClock } from '../host/system-clock.ts';
import { KeyProblem } from '../storage/sealing/key-place.ts';
import { keyOptions, openKeyPlace } from './key-options.ts';

export const EXPORT_SETUP_USAGE = `       postroom export-setup FILE [--data DIR]
       the set-up as a provision file, which serve --provision makes again; passwords as they are kept, never in the clear,
       but for those of smart hosts: keep the file like one`;

const TEXT = { type: 'string' } as const;
const OPTIONS = { data: TEXT, 'key-file': TEXT, 'passphrase-file': TEXT } as const;

export async function runExportSetup(args: readonly string[]): Promise<Result<number, string>> {
  try {
    const { values, positionals } = parseArgs({
      args: args.slice(1),
      allowPositionals: true,
      options: OPTIONS,
    });
    const [file, extra] = positionals;
    if (file === undefined || extra !== undefined) return err('export-setup needs the name of one file');
    const dataFolder = resolve(values.data ?? defaultDataFolder());
    return await exportTo(file, { dataFolder, keyPlace: await openKeyPlace(keyOptions(values), dataFolder) });
  } catch (error) {
    if (error instanceof KeyProblem || error instanceof TypeError) return err(error.message);
    throw error;
  }
}

async function exportTo(
  file: string,
  place: { readonly dataFolder: string; readonly keyPlace: Awaited<ReturnType<typeof openKeyPlace>> },
): Promise<Result<number, string>> {
  const onError = (error: unknown) => console.error('postroom:', error);
  const setup = await exportSetupOffline({
    ...place,
    ...{ clock: systemClock, randomBytes: createPooledRandom(), onError },
  });
  if (!setup.ok) return setup;
  const problem = await writeFile(file, setup.value, { flag: 'wx', mode: 0o600 }).then(
    () => null,
    (error: Error) => error.message,
  );
  if (problem !== null) return err(problem);
  console.log(`${file}: the set-up; not in it: ${NOT_DESCRIBED.join('; ')}`);
  return ok(0);
}
