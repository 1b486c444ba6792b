/** The set-up of a stopped data folder as the text of a provision file. */
import { PasswordKeeper } from '../directory/credentials.ts';
import { ok, type Result } from '../base/result.ts';
import { openDirectoryOffline } from './offline-directory.ts';
import { noteTask, withFolder, withStorage, type OfflineOptions } from './offline-tasks.ts';
import { describeSetup } from './provision/describe-setup.ts';

/** The error is a sentence that names what cannot be used. */
export function exportSetupOffline(options: OfflineOptions): Promise<Result<string, string>> {
  const { clock, randomBytes, onError } = options;
  return withFolder(options.dataFolder, () =>
    withStorage(options, async (storage) => {
      const passwords = new PasswordKeeper({ clock, randomBytes });
      const directory = await openDirectoryOffline(storage, { passwords, clock, onError });
      const setup = await describeSetup({ ...storage, directory });
      await noteTask(storage, { clock, task: 'exportSetup', input: {}, outcome: 'done' });
      return ok(`${JSON.stringify(setup, null, 2)}\n`);
    }),
  );
}
