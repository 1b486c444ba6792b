/**
 * Offline tasks: what the command line does on a data folder that no Postroom has open: export, import, doctor,
 * letting an administrator in again.
 *
 * Invariants: the folder's lock keeps a running Postroom and these apart; a folder that is none is refused, never made.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { createIdMaker, type RandomBytes } from '../base/ids.ts';
import { err, ok, type Result } from '../base/result.ts';
import { keyOfAddress } from '../directory/address-key.ts';
import { Administrators, NO_FACTOR } from '../directory/administrators/administrators.ts';
import { PasswordKeeper } from '../directory/credentials.ts';
import { createMessageIndexer, indexMessage } from '../format/message-indexer.ts';
import type { MboxVariant } from '../format/mbox.ts';
import { createMessageReceiver } from '../mail/content/message-receiver.ts';
import { exportMail } from '../mail/transfer/export-mail.ts';
import { ImapSource } from '../mail/transfer/from/imap-source.ts';
import { openImportSource } from '../mail/transfer/from/open-import-source.ts';
import { importMail } from '../mail/transfer/import-mail.ts';
import type { FileFormat, ImportSource, TransferProgress, TransferReport } from '../mail/transfer/port.ts';
import type { TranscriptRecorder } from '../protocol/connection/session.ts';
import { createTcpConnect } from '../protocol/connection/tcp-connect.ts';
import { ImapProblem } from '../protocol/imap/client/client-wire.ts';
import { openImapSession, type ImapTarget } from '../protocol/imap/client/open-session.ts';
import { examine } from '../storage/doctor/examine.ts';
import type { DoctorFinding } from '../storage/doctor/findings.ts';
import { FolderInUseError, lockFolder } from '../storage/folder-lock.ts';
import { NewerDatabaseError } from '../storage/migrations/index.ts';
import { keyFileIn, openStorage, type Storage } from '../storage/open-storage.ts';
import { KeyProblem, type KeyPlace } from '../storage/sealing/key-place.ts';
import { openRootKey } from '../storage/sealing/root-key.ts';
import { finishStaged, isRestoreWaiting } from '../storage/snapshot/staged-restore.ts';
import { AuditLog } from './audit/audit-log.ts';
import { defaultSettings } from './default-settings.ts';

export interface OfflineOptions {
  readonly dataFolder: string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly onError: (error: unknown) => void;
  /** Where the folder's key lies; without it: in the folder. */
  readonly keyPlace?: KeyPlace;
}

export type { TransferReport } from '../mail/transfer/port.ts';

export interface TransferOptions extends OfflineOptions {
  /** The account's address. */
  readonly account: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: TransferProgress) => void;
}

/** The error is a sentence that names what cannot be used. */
export function exportOffline(
  options: TransferOptions & { readonly path: string; readonly format: FileFormat },
): Promise<Result<TransferReport, string>> {
  return withAccount({ ...options, task: 'export' }, async ({ mailStore }, accountId) => {
    const { path, format, clock, signal, onProgress } = options;
    return ok(await exportMail({ path, format, accountId, mailStore, clock, signal, onProgress }));
  });
}

export async function importOffline(
  options: TransferOptions & {
    readonly path: string;
    readonly format: FileFormat | null;
    readonly mboxVariant: MboxVariant | 'auto';
  },
): Promise<Result<TransferReport, string>> {
  const source = await openImportSource({ ...options, scratchFolder: join(options.dataFolder, 'transfer') });
  return source.ok ? importFrom(source.value, options) : source;
}

/** Brings everything over from another server. */
export async function pullOffline(
  options: TransferOptions & { readonly target: ImapTarget },
): Promise<Result<TransferReport, string>> {
  const { clock, randomBytes, target } = options;
  const connect = createTcpConnect({ clock });
  try {
    const session = await openImapSession(target, { connect, transcripts: NOBODY_LOOKS, clock, randomBytes });
    return await importFrom(await ImapSource.open(session), options);
  } catch (error) {
    if (error instanceof ImapProblem) return err(error.message);
    throw error;
  }
}

const nothing = () => undefined;
/** The console is what shows transcripts. */
export const NOBODY_LOOKS: TranscriptRecorder = {
  open: () => ({
    sessionId: '',
    client: nothing,
    server: nothing,
    content: nothing,
    note: nothing,
    phase: nothing,
    update: nothing,
    close: nothing,
  }),
};

function importFrom(source: ImportSource, options: TransferOptions): Promise<Result<TransferReport, string>> {
  return withAccount({ ...options, task: 'import' }, async ({ mailStore, spool }, accountId) => {
    const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
    const { clock, signal, onProgress } = options;
    const report = await importMail({
      source,
      accountId,
      mailStore,
      receiver,
      clock,
      signal,
      onProgress,
    });
    return ok(report);
  });
}

export function examineOffline(
  options: OfflineOptions & { readonly isRepairing: boolean },
): Promise<Result<readonly DoctorFinding[], string>> {
  const { dataFolder, clock, isRepairing } = options;
  return withFolder(dataFolder, async () => {
    const place = options.keyPlace ?? keyFileIn(dataFolder);
    const { octets: rootKey } = await openRootKey(join(dataFolder, 'postroom.db'), place);
    const findings = examine({
      folder: dataFolder,
      isRepairing,
      now: clock.now(),
      makeIndex: indexMessage,
      rootKey,
    });
    // What cannot be mended may be the database itself.
    const isMended = isRepairing && findings.length > 0 && findings.every(({ remedy }) => remedy !== null);
    if (isMended) await noteRepair(options, findings);
    return ok(findings);
  });
}

function noteRepair(options: OfflineOptions, findings: readonly DoctorFinding[]): Promise<void> {
  const checks = [...new Set(findings.map(({ check }) => check))];
  const input = { findings: findings.length, checks };
  return withStorage(options, (storage) =>
    noteTask(storage, { clock: options.clock, task: 'doctor', input, outcome: 'done' }),
  );
}

/** Lets an administrator in again who has lost what lets them in. */
export function readmitOffline(
  options: OfflineOptions & {
    readonly administrator: string;
    /** null: as it is. */
    readonly password: string | null;
    readonly withoutSecondFactor: boolean;
  },
): Promise<Result<void, string>> {
  const { administrator, password, withoutSecondFactor, clock, randomBytes } = options;
  return withFolder(options.dataFolder, () =>
    withStorage(options, async (storage) => {
      const passwords = new PasswordKeeper({ clock, randomBytes });
      const people = await Administrators.open({ rows: storage.administrators, passwords, clock });
      if (people.find(administrator) === null) return err(describeUnknown(administrator, people));
      if (password !== null) await people.setPassword(administrator, password);
      if (withoutSecondFactor)
        await people.changeFactor(administrator, () => ({ factor: NO_FACTOR, answer: null }));
      const input = { administrator, newPassword: password !== null, withoutSecondFactor };
      await noteTask(storage, { clock, task: 'administrator', input, outcome: 'done' });
      return ok(undefined);
    }),
  );
}

function describeUnknown(name: string, people: Administrators): string {
  const names = people.list().map((each) => each.name);
  return `${name}: there is no such administrator (there are: ${names.join(', ') || 'none'})`;
}

function withAccount<T>(
  options: TransferOptions & { readonly task: 'export' | 'import' },
  use: (storage: Storage, accountId: number) => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  const { account: address, task, clock } = options;
  return withFolder(options.dataFolder, () =>
    withStorage(options, async (storage) => {
      const key = keyOfAddress(address);
      const accounts = await storage.directory.listAccounts();
      const account = accounts.find((each) => keyOfAddress(each.address) === key);
      if (account === undefined) return err(`${address}: there is no such account`);
      const done = await use(storage, account.id);
      const input = { account: address };
      await noteTask(storage, { clock, task, input, outcome: done.ok ? 'done' : 'failed' });
      return done;
    }),
  );
}

export async function withStorage<T>(
  { dataFolder, keyPlace, clock, randomBytes, onError }: OfflineOptions,
  use: (storage: Storage) => Promise<T>,
): Promise<T> {
  const storage = await openStorage({
    folder: dataFolder,
    makeId: createIdMaker(clock.now, randomBytes),
    defaultSettings: defaultSettings('localhost'),
    onError,
    ...(keyPlace !== undefined && { keyPlace }),
  });
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

const COMMAND_LINE = {
  who: 'command line',
  role: null,
  address: '',
  means: { kind: 'commandLine' },
} as const;

/** Whoever can read the folder may do this; the audit log tells of it all the same. */
export function noteTask(
  { audit }: Storage,
  { clock, task, input, outcome }: { clock: Clock; task: string; input: object; outcome: string },
): Promise<void> {
  const change = { call: `commandLine.${task}`, input, before: null, after: null, outcome };
  return new AuditLog({ store: audit, clock }).write({ actor: COMMAND_LINE, ...change });
}

export async function withFolder<T>(
  folder: string,
  use: () => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  try {
    if (isRestoreWaiting(folder)) finishRestore(folder);
    if (!existsSync(join(folder, 'postroom.db')))
      return err(`${folder}: there is no Postroom data in this folder`);
    return await use();
  } catch (error) {
    if (error instanceof FolderInUseError)
      return err(`${error.message}: stop it first, or do it in the console (Accounts)`);
    if (error instanceof NewerDatabaseError || error instanceof KeyProblem) return err(error.message);
    throw error;
  }
}

function finishRestore(folder: string): void {
  const unlock = lockFolder(folder);
  try {
    finishStaged(folder);
  } finally {
    unlock();
  }
}
