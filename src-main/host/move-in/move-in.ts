/**
 * Move-in: a whole office from another server into a data folder whose Postroom is stopped: set-up and mail, account by account.
 *
 * Flow: `postroom move-in` → here → provision/, mail/transfer. Invariants: it may be repeated, before the old server is switched off for the
 * last time: accounts that are there keep what was changed here, mail that is there is not brought twice; an account that fails does
 * not keep the others.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { err, ok, type Result } from '../../base/result.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import { Administrators } from '../../directory/administrators/administrators.ts';
import { PasswordKeeper } from '../../directory/credentials.ts';
import { foreignHash } from '../../directory/foreign-hashes.ts';
import { createMessageIndexer } from '../../format/message-indexer.ts';
import { createMessageReceiver } from '../../mail/content/message-receiver.ts';
import { ImapSource } from '../../mail/transfer/from/imap-source.ts';
import { importMail } from '../../mail/transfer/import-mail.ts';
import type { ImportSource, TransferProgress, TransferReport } from '../../mail/transfer/port.ts';
import { createTcpConnect } from '../../protocol/connection/tcp-connect.ts';
import { ImapProblem } from '../../protocol/imap/client/client-wire.ts';
import { openImapSession } from '../../protocol/imap/client/open-session.ts';
import { FolderInUseError } from '../../storage/folder-lock.ts';
import { NewerDatabaseError } from '../../storage/migrations/index.ts';
import type { Storage } from '../../storage/open-storage.ts';
import { KeyProblem } from '../../storage/sealing/key-place.ts';
import { keyOfAddress } from '../../directory/address-key.ts';
import { openDirectoryOffline } from '../offline-directory.ts';
import { NOBODY_LOOKS, noteTask, withStorage, type OfflineOptions } from '../offline-tasks.ts';
import { ProvisionError } from '../provision/expect-ok.ts';
import { provisionHost, ProvisionProblem } from '../provision/provision-host.ts';
import { parseProvision, type Provision } from '../provision/schema.ts';
import { HmailserverSource } from './hmailserver-source.ts';
import { readHmailserver, type ForeignAccount, type HmailserverBackup } from './read-hmailserver.ts';
import type { MovingAccount } from './server-list.ts';
import { toProvision } from './to-provision.ts';

export interface MoveInOptions extends OfflineOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (address: string, progress: TransferProgress) => void;
  /** Hears of each account when it is done. */
  readonly onAccount: (address: string, outcome: Result<TransferReport, string>) => void;
}

export interface MovedIn {
  readonly accounts: number;
  /** Not all of theirs came. */
  readonly failed: number;
  /** What somebody has to do by hand. */
  readonly remarks: readonly string[];
}

const BACKUP_FILE = 'hMailServerBackup.xml';
/** Where it puts messages: in a backup, and while it runs. */
const MAIL_FOLDERS = ['DataBackup', 'Data'];
/** An old server may allow no more connections at a time. */
const ACCOUNTS_AT_ONCE = 3;

/** `path`: the unpacked backup, or its XML file; `mailFolder`: where messages lie, if not beside it. */
export async function moveInHmailserver(
  options: MoveInOptions & { readonly path: string; readonly mailFolder: string | null },
): Promise<Result<MovedIn, string>> {
  const read = await readBackup(options.path);
  if (!read.ok) return read;
  const { backup, folder } = read.value;
  const mailFolder = options.mailFolder ?? MAIL_FOLDERS.map((name) => join(folder, name)).find(existsSync);
  if (mailFolder === undefined || !existsSync(mailFolder))
    return err(
      `${folder}: there is no folder ${MAIL_FOLDERS.join(' or ')} with the messages; name it with --mail`,
    );
  const { provision, remarks } = toProvision(backup, options.randomBytes);
  const parsed = parseProvision(JSON.stringify(provision));
  if (!parsed.ok) return err(`${options.path}: ${parsed.error}`);
  return inFolder(options, async (office) => {
    const isNew = await provisionNew(office, parsed.value);
    const accounts = backup.domains.flatMap((domain) => domain.accounts);
    const unknown = await takePasswords(office, accounts.filter(isNew));
    const jobs = accounts.map((account) => ({
      address: account.address,
      open: () => Promise.resolve(new HmailserverSource(account, mailFolder)),
    }));
    return ok({ ...(await bring(office, jobs)), remarks: [...remarks, ...unknown] });
  });
}

/** Accounts that are missing are made, with the password that they have there. */
export function moveInFromServers(
  options: MoveInOptions & { readonly list: readonly MovingAccount[] },
): Promise<Result<MovedIn, string>> {
  const { clock, randomBytes } = options;
  const client = { connect: createTcpConnect({ clock }), transcripts: NOBODY_LOOKS, clock, randomBytes };
  return inFolder(options, async (office) => {
    const parsed = parseProvision(JSON.stringify({ domains: provisionedDomains(options.list) }));
    if (!parsed.ok) return parsed;
    await provisionNew(office, parsed.value);
    const jobs = options.list.map(({ address, target }) => ({
      address,
      open: async () => ImapSource.open(await openImapSession(target, client)),
    }));
    return ok({ ...(await bring(office, jobs)), remarks: [] });
  });
}

interface Office {
  readonly options: MoveInOptions;
  readonly storage: Storage;
  readonly directory: FullDirectory;
  readonly administrators: Administrators;
}

async function readBackup(
  path: string,
): Promise<Result<{ readonly backup: HmailserverBackup; readonly folder: string }, string>> {
  const file = path.toLowerCase().endsWith('.xml') ? path : join(path, BACKUP_FILE);
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null)
    return err(`${file}: cannot be read; unpack hMailServer's backup (a .7z file) and name its folder`);
  const backup = readHmailserver(text);
  return backup.ok ? ok({ backup: backup.value, folder: dirname(file) }) : err(`${file}: ${backup.error}`);
}

function provisionedDomains(list: readonly MovingAccount[]): readonly object[] {
  const domains = Map.groupBy(list, ({ address }) =>
    address.slice(address.lastIndexOf('@') + 1).toLowerCase(),
  );
  return [...domains].map(([name, accounts]) => ({
    name,
    accounts: accounts.map(({ address, target }) => ({
      localPart: address.slice(0, address.lastIndexOf('@')),
      password: target.credentials.password,
    })),
  }));
}

async function inFolder(
  options: MoveInOptions,
  use: (office: Office) => Promise<Result<MovedIn, string>>,
): Promise<Result<MovedIn, string>> {
  try {
    return await withStorage(options, async (storage) => {
      const moved = await use(await openOffice(options, storage));
      const input = moved.ok ? { accounts: moved.value.accounts, failed: moved.value.failed } : {};
      await noteTask(storage, {
        clock: options.clock,
        task: 'moveIn',
        input,
        outcome: moved.ok ? 'done' : 'failed',
      });
      return moved;
    });
  } catch (error) {
    if (error instanceof FolderInUseError) return err(`${error.message}: stop it first`);
    if (error instanceof NewerDatabaseError || error instanceof KeyProblem) return err(error.message);
    if (error instanceof ProvisionProblem || error instanceof ProvisionError) return err(error.message);
    throw error;
  }
}

async function openOffice(options: MoveInOptions, storage: Storage): Promise<Office> {
  const { clock, randomBytes, onError } = options;
  const passwords = new PasswordKeeper({ clock, randomBytes });
  const directory = await openDirectoryOffline(storage, { passwords, clock, onError });
  const administrators = await Administrators.open({
    rows: storage.administrators,
    passwords,
    clock,
    onError,
  });
  return { options, storage, directory, administrators };
}

/** Makes what is missing, and changes nothing that is there; answers which accounts are new. */
async function provisionNew(
  { storage, directory, administrators, options }: Office,
  provision: Provision,
): Promise<(account: { readonly address: string }) => boolean> {
  const here = new Set((await directory.listAccounts()).map(({ address }) => keyOfAddress(address)));
  const known = new Set((await directory.listDomains()).map(({ name }) => name));
  const domains = provision.domains.map((domain) =>
    known.has(domain.name)
      ? {
          ...domain,
          aliases: [],
          groups: [],
          accounts: domain.accounts.filter(
            (each) => !here.has(keyOfAddress(`${each.localPart}@${domain.name}`)),
          ),
        }
      : domain,
  );
  const targets = { ...storage, ...storage.screening, directory, administrators };
  await provisionHost({ ...provision, domains }, targets, options.clock);
  return ({ address }) => !here.has(keyOfAddress(address));
}

/** Lets people keep their passwords, where what the old server kept can be verified; answers whose cannot. */
async function takePasswords(
  { directory }: Office,
  accounts: readonly ForeignAccount[],
): Promise<readonly string[]> {
  const remarks: string[] = [];
  const ids = new Map((await directory.listAccounts()).map(({ address, id }) => [keyOfAddress(address), id]));
  for (const { address, password, passwordEncryption } of accounts) {
    const hash = foreignHash(password, passwordEncryption);
    const id = ids.get(keyOfAddress(address));
    const credentials = id === undefined ? null : directory.credentialsOf(id);
    if (hash === null || id === undefined || credentials === null)
      remarks.push(`${address}: its password could not be taken over; give it a new one (Accounts)`);
    else await directory.replaceCredentials(id, { ...credentials, scrypt: hash });
  }
  return remarks;
}

interface Job {
  readonly address: string;
  readonly open: () => Promise<ImportSource>;
}

async function bring(office: Office, jobs: readonly Job[]): Promise<Pick<MovedIn, 'accounts' | 'failed'>> {
  const ids = new Map(
    (await office.directory.listAccounts()).map(({ address, id }) => [keyOfAddress(address), id]),
  );
  const waiting = [...jobs];
  let failed = 0;
  const work = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const outcome = await bringOne(office, { job, accountId: ids.get(keyOfAddress(job.address)) });
      office.options.onAccount(job.address, outcome);
      if (!outcome.ok || outcome.value.end.kind !== 'done' || outcome.value.progress.failed > 0) failed++;
    }
  };
  await Promise.all(Array.from({ length: ACCOUNTS_AT_ONCE }, work));
  return { accounts: jobs.length, failed };
}

async function bringOne(
  { options, storage: { mailStore, spool } }: Office,
  { job, accountId }: { readonly job: Job; readonly accountId: number | undefined },
): Promise<Result<TransferReport, string>> {
  const { clock, signal, onProgress } = options;
  if (accountId === undefined) return err('there is no such account');
  if (signal.aborted) return err('cancelled');
  try {
    const source = await job.open();
    const receiver = createMessageReceiver({ spool, createIndexer: createMessageIndexer });
    const report = (progress: TransferProgress) => onProgress(job.address, progress);
    return ok(
      await importMail({ source, accountId, mailStore, receiver, clock, signal, onProgress: report }),
    );
  } catch (error) {
    if (error instanceof ImapProblem) return err(error.message);
    throw error;
  }
}
