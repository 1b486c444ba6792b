/** The data folder of a host: what waited for its opening (a restore, an upgrade) is told, and backed up before. */
import { openStorage, type Storage, type StorageOptions } from '../storage/open-storage.ts';
import { backUpBeforeUpgrade } from './backups/before-upgrade.ts';
import { runInThread } from './backups/run-in-thread.ts';
import type { MailHostOptions } from './create-mail-host.ts';

type FromHost = Pick<StorageOptions, 'makeId' | 'defaultSettings' | 'onError'>;

export function openHostStorage(options: MailHostOptions, fromHost: FromHost): Promise<Storage> {
  const { dataFolder, keyPlace, provision, logger } = options;
  return openStorage({
    ...fromHost,
    folder: dataFolder,
    ...(keyPlace !== undefined && { keyPlace }),
    encryptsNew: provision?.encryption?.enabled ?? true,
    onFindings: (findings) =>
      logger.warn('found after an unclean end; postroom doctor looks closer', { findings }),
    onRestored: (keptIn) => logger.warn('restored; what was here before is kept', { keptIn }),
    beforeUpgrade: (upgrade) => backUpBeforeUpgrade(upgrade, { ...options, runJob: runInThread }),
  });
}
