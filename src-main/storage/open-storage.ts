/**
 * Storage: opens a data folder and gives out its stores.
 *
 * Flow: host → here → writer worker (migrates), reader worker, one reading connection on this thread.
 * Invariants: one process at a time holds a data folder; close() ends after every requested write has committed.
 */
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MakeId } from '../base/ids.ts';
import type { TraceId } from '../mail/events.ts';
import type { HostSettings } from '../host/port.ts';
import { SqliteAdministratorRows } from './administrator-store.ts';
import { SqliteApiTokenRows } from './api-token-store.ts';
import { SqliteAppPasswordRows } from './app-password-store.ts';
import { SqliteAuditStore } from './audit-store.ts';
import { SqliteBackupRunStore } from './backup-run-store.ts';
import { SqliteCertificateStore } from './certificate-store.ts';
import { Connection } from './connection.ts';
import { ContentFiles } from './content-files.ts';
import { namedFiles, SqliteContentReader } from './content-store.ts';
import type { DoctorFinding } from './doctor/findings.ts';
import { SqliteDirectoryRows } from './directory-store.ts';
import { SqliteHealthStore } from './health-store.ts';
import { SqliteFlowStore } from './flow-store.ts';
import { lockFolder } from './folder-lock.ts';
import { LastingWorker } from './lasting-worker.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { SqliteMailSearch } from './mail-search/sqlite-mail-search.ts';
import { ColumnsCache } from './mail-store/columns-cache.ts';
import { SqliteMailStore } from './mail-store/sqlite-mail-store.ts';
import { SqlitePasswordStrengthStore } from './password-strength-store.ts';
import { SqliteQueueSteering } from './queue-steering.ts';
import { SqliteQueueStore } from './queue-store.ts';
import { Reader } from './reader.ts';
import { SqliteReportStore } from './report-store.ts';
import { SqliteBayesStore } from './screening/bayes-store.ts';
import { SqliteGreylistStore } from './screening/greylist-store.ts';
import { SqliteQuarantineStore } from './screening/quarantine-store.ts';
import { SqliteReputationStore } from './screening/reputation-store.ts';
import { SqliteSenderListStore } from './screening/sender-list-store.ts';
import { KeyFile, type KeyPlace } from './sealing/key-place.ts';
import { plainProtection } from './sealing/key-protections.ts';
import { openRootKey, type RootKey } from './sealing/root-key.ts';
import { SealingDesk } from './sealing/sealing-desk.ts';
import { SqliteSettingsStore } from './settings-store.ts';
import { SqliteDnsChangeStore } from './dns-change-store.ts';
import { SqliteSignInStore } from './sign-in-store.ts';
import { SqliteSigningKeyStore } from './signing-key-store.ts';
import { SqliteScriptStore } from './sieve-store.ts';
import { SqliteTimelineStore } from './timeline-store.ts';
import { SqliteTlsPolicyStore } from './tls-policy-store.ts';
import { SqliteTranscriptStore } from './transcript-store.ts';
import { makeFolderDurably } from './sync-folder.ts';
import { databaseVersion } from './snapshot/describe-copy.ts';
import { SnapshotDesk } from './snapshot/snapshot-desk.ts';
import { finishStaged } from './snapshot/staged-restore.ts';
import { StorageUpkeep } from './upkeep.ts';
import { WorkerClient } from './worker-client.ts';
import type { WorkerSetup } from './worker-messages.ts';
import { WorkerOnDemand } from './worker-on-demand.ts';
import { Writer } from './writer.ts';

export interface StorageOptions {
  readonly folder: string;
  readonly makeId: MakeId;
  readonly defaultSettings: HostSettings;
  /** Where the master key lies; without it: a file in the folder. */
  readonly keyPlace?: KeyPlace;
  /** Whether a folder that is made now is encrypted from its beginning. */
  readonly encryptsNew?: boolean;
  /** Hears of failures that no caller waits for. */
  readonly onError: (error: unknown) => void;
  /** Hears what the look after an unclean end has found. */
  readonly onFindings?: (findings: readonly DoctorFinding[]) => void;
  /** Hears where the old data is kept when a restore that was waiting has taken its place. */
  readonly onRestored?: (keptIn: string) => void;
  /** May back up what migrations are about to change; answers whether it did. */
  readonly beforeUpgrade?: (upgrade: PendingUpgrade) => Promise<boolean>;
}

/** An older database, which nobody has open. */
export interface PendingUpgrade extends SnapshotSource {
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** What a backup is made of. */
export interface SnapshotSource {
  readonly folder: string;
  readonly databasePath: string;
  readonly rootKey: Uint8Array;
}

export type Storage = Awaited<ReturnType<typeof openStorage>>;

export async function openStorage(options: StorageOptions) {
  makeFolderDurably(options.folder);
  const unlock = lockFolder(options.folder);
  try {
    const keptIn = finishStaged(options.folder);
    if (keptIn !== null) options.onRestored?.(keptIn);
    const place = options.keyPlace ?? keyFileIn(options.folder);
    const rootKey = await openRootKey(databasePath(options), place);
    await backUpBeforeUpgrade(options, rootKey);
    const workers = await startWorkers(options, rootKey);
    return createStores(options, { ...workers, place, rootKey: rootKey.octets, unlock });
  } catch (error) {
    unlock();
    throw error;
  }
}

function databasePath(options: StorageOptions): string {
  return join(options.folder, 'postroom.db');
}

/** Is there while the folder is open, and stays where whoever had it was cut off. */
function runningMark(options: StorageOptions): string {
  return join(options.folder, 'postroom.running');
}

/** The key file of a folder where nobody has said where it lies. */
export function keyFileIn(folder: string): KeyPlace {
  return new KeyFile(join(folder, 'postroom.key'), plainProtection);
}

/** What fails there does not keep the server from starting: a copy of the database is kept in any case. */
async function backUpBeforeUpgrade(options: StorageOptions, rootKey: RootKey): Promise<void> {
  const path = databasePath(options);
  const fromVersion = existsSync(path) ? databaseVersion(path) : 0;
  const toVersion = MIGRATIONS.at(-1)?.version ?? 0;
  if (fromVersion === 0 || fromVersion >= toVersion) return;
  const source = { folder: options.folder, databasePath: path, rootKey: rootKey.octets };
  try {
    await options.beforeUpgrade?.({ ...source, fromVersion, toVersion });
  } catch (error) {
    options.onError(error);
  }
}

async function startWorkers(options: StorageOptions, rootKey: RootKey) {
  const setup = {
    databasePath: databasePath(options),
    contentFolder: join(options.folder, 'content'),
    wasCut: existsSync(runningMark(options)),
    rootKey: rootKey.octets,
    newRootKey: rootKey.wrapped,
    encryptsNew: options.encryptsNew ?? false,
    isReplacement: false,
  };
  await writeFile(runningMark(options), '');
  const writing = await startWriting(options, setup);
  const start = async (mode: 'read' | 'search') =>
    (await WorkerClient.start({ ...setup, mode }, options.onError)).client;
  const startReader = () => start('read');
  const reading = new WorkerOnDemand(startReader);
  const searching = new WorkerOnDemand(() => start('search'));
  return { writing, reading, searching, startReader };
}

async function startWriting(options: StorageOptions, setup: Omit<WorkerSetup, 'mode'>) {
  const start = (own: Omit<WorkerSetup, 'mode'>) =>
    WorkerClient.start({ ...own, mode: 'write' }, options.onError);
  const { client, findings } = await start(setup);
  if (findings.length > 0) options.onFindings?.(findings);
  // The root key lies in the database by now, and its wrapping may have changed since.
  const again = { ...setup, newRootKey: null, wasCut: true, isReplacement: true };
  const startAnew = async () => (await start(again)).client;
  return new LastingWorker(client, { startAnew, onError: options.onError, now: () => performance.now() });
}

interface Parts {
  readonly writing: LastingWorker;
  readonly reading: WorkerOnDemand;
  readonly searching: WorkerOnDemand;
  /** One more, for what takes long. */
  readonly startReader: () => Promise<WorkerClient>;
  readonly place: KeyPlace;
  readonly rootKey: Uint8Array;
  readonly unlock: () => void;
}

function createStores(options: StorageOptions, parts: Parts) {
  const writer = new Writer(parts.writing);
  const reader = new Reader(parts.reading);
  const connection = new Connection(databasePath(options), { readonly: true });
  connection.keyring.useRoot(parts.rootKey);
  const { spool, content, sealing } = createContent(options, { ...parts, writer, connection });
  const columns = new ColumnsCache(connection);
  const mailSearch = new SqliteMailSearch(parts.searching, { writer, columns });
  const timelines = new SqliteTimelineStore(writer, reader);
  return {
    spool,
    content,
    sealing,
    queue: new SqliteQueueStore(writer, connection),
    queueSteering: new SqliteQueueSteering(writer, reader),
    mailStore: new SqliteMailStore({ writer, connection, content, columns, onError: options.onError }),
    mailSearch,
    ...createPeopleStores(writer, connection),
    screening: createScreeningStores(options, { writer, reader, connection }),
    settings: new SqliteSettingsStore(writer, connection, options.defaultSettings),
    health: new SqliteHealthStore(writer, connection),
    reports: new SqliteReportStore(writer, reader, connection),
    certificates: new SqliteCertificateStore(writer, connection),
    signingKeys: new SqliteSigningKeyStore(writer, connection),
    dnsChanges: new SqliteDnsChangeStore(writer, connection),
    scripts: new SqliteScriptStore(writer, connection),
    tlsPolicies: new SqliteTlsPolicyStore(writer, connection),
    timelines,
    flow: new SqliteFlowStore(writer, reader),
    upkeep: new StorageUpkeep(writer, reader),
    /** What SQLite finds wrong with its file, in its words. */
    checkDatabase: () => checkDatabase(parts.startReader),
    transcripts: new SqliteTranscriptStore(writer, reader),
    ...createBackupStores(options, { ...parts, writer, connection }),
    close: async () => {
      await sealing.close();
      await timelines.close();
      await mailSearch.close();
      await parts.searching.close();
      await parts.reading.close();
      await parts.writing.close();
      connection.close();
      await rm(runningMark(options), { force: true });
      parts.unlock();
    },
  };
}

async function checkDatabase(startReader: Parts['startReader']): Promise<readonly string[]> {
  const client = await startReader();
  try {
    return await new Reader(client).run('quickCheck', null);
  } finally {
    await client.close();
  }
}

/** The octets of messages, in the clear for whoever asks here. */
function createContent(
  { folder, makeId, onError }: StorageOptions,
  { writer, connection, place, rootKey }: Parts & { writer: Writer; connection: Connection },
) {
  const spool = new ContentFiles({
    folder: join(folder, 'content'),
    makeId,
    isNamed: (fileName) => namedFiles(connection, [fileName]).size > 0,
    isSealing: () => {
      connection.keyring.refresh();
      return connection.keyring.isSealing;
    },
  });
  const content = new SqliteContentReader(connection, spool);
  const sealing = new SealingDesk({ writer, connection, files: spool, content, place, rootKey, onError });
  return { spool, content, sealing };
}

/** What backups are made of, and what they did. */
function createBackupStores(
  options: StorageOptions,
  { writer, connection, rootKey }: Parts & { writer: Writer; connection: Connection },
) {
  const source = { folder: options.folder, databasePath: databasePath(options), rootKey };
  return {
    backupRuns: new SqliteBackupRunStore(writer, connection),
    snapshots: new SnapshotDesk(source, { writer, connection }),
  };
}

/** Who has mail here, and who signed in. */
function createPeopleStores(writer: Writer, connection: Connection) {
  return {
    directory: new SqliteDirectoryRows(writer, connection),
    administrators: new SqliteAdministratorRows(writer, connection),
    apiTokens: new SqliteApiTokenRows(writer, connection),
    audit: new SqliteAuditStore(writer, connection),
    appPasswords: new SqliteAppPasswordRows(writer, connection),
    signIns: new SqliteSignInStore(writer, connection),
    passwordStrengths: new SqlitePasswordStrengthStore(writer, connection),
  };
}

function createScreeningStores(
  { makeId, onError }: StorageOptions,
  { writer, reader, connection }: { writer: Writer; reader: Reader; connection: Connection },
) {
  return {
    greylist: new SqliteGreylistStore(writer, connection),
    bayes: new SqliteBayesStore({ writer, connection, onError }),
    findContent: (traceId: TraceId) => reader.run('findContentOf', traceId),
    senderLists: new SqliteSenderListStore(writer, connection),
    quarantine: new SqliteQuarantineStore({ writer, connection, makeId }),
    reputation: new SqliteReputationStore(writer, connection),
  };
}
