/**
 * A backup of the data folder as the last version left it, before migrations change it. To go back: the old version, and
 * `postroom restore`.
 *
 * Only where there are backups already, so that what is new since the last one is all that has to be stored: a first one could keep the
 * mail waiting for hours. A copy of the database is kept beside it in any case (storage/migrations), which `postroom rollback` puts back.
 */
import { hostname } from 'node:os';
import { parseRecoveryKey } from '../../backup/recovery-key.ts';
import type { Logger } from '../../base/logger.ts';
import type { PendingUpgrade } from '../../storage/open-storage.ts';
import { readSetting } from '../../storage/snapshot/read-setting.ts';
import { describeTrouble } from './describe-trouble.ts';
import type { RepositoryFacts } from './jobs.ts';
import { holderOf } from './offline-backups.ts';
import { DEFAULT_BACKUPS, type BackupSettings } from './port.ts';
import type { RunBackupJob } from './run-in-thread.ts';

/** Mail waits for no longer. */
const MOST_MS = 10 * 60_000;

export interface BeforeUpgradeOptions {
  readonly version: string;
  readonly runJob: RunBackupJob;
  readonly logger: Logger;
}

/** Whether it was made. */
export async function backUpBeforeUpgrade(
  upgrade: PendingUpgrade,
  { version, runJob, logger }: BeforeUpgradeOptions,
): Promise<boolean> {
  const text = readSetting(upgrade, 'backups');
  const settings: BackupSettings = {
    ...DEFAULT_BACKUPS,
    ...(text === null ? {} : (JSON.parse(text) as object)),
  };
  const facts = factsOf(settings, upgrade.folder);
  if (facts === null) return false;
  const run = { signal: AbortSignal.timeout(MOST_MS), onProgress: () => undefined };
  try {
    const { snapshots } = await runJob({ ...facts, kind: 'list' }, run);
    if (snapshots.length === 0) return false;
    const { retention } = settings;
    const { fromVersion, toVersion, folder, databasePath, rootKey } = upgrade;
    const how = { isAlone: true, isTried: false, mostOctetsPerSecond: null, retention };
    const source = { folder, databasePath, rootKey };
    const order = { ...facts, ...how, source, version: `before ${version}`, hostname: hostname() };
    const { snapshot } = await runJob({ ...order, kind: 'backup', reason: 'upgrade' }, run);
    logger.info('backed up before the upgrade', { backup: snapshot.id, fromVersion, toVersion });
    return true;
  } catch (error) {
    logger.warn('no backup before the upgrade; a copy of the database is kept', {
      ...describeTrouble(error),
    });
    return false;
  }
}

function factsOf(
  { place, recoverySecret, repositoryId }: BackupSettings,
  folder: string,
): RepositoryFacts | null {
  if (place === null || recoverySecret === null) return null;
  const key = parseRecoveryKey(recoverySecret);
  return key.ok ? { place, recoveryKey: key.value, repositoryId, holder: holderOf(folder) } : null;
}
