/**
 * Browse desk: a backup that is open to be looked through, and mail out of it.
 *
 * Flow: console → here → the snapshot's database in the scratch folder, opened as any data folder is (so it is migrated where it is older) →
 * import into the running mailstore. Invariants: one is open at a time, and closed when nobody has asked for a while; what is there already is
 * not brought twice; nothing is ever removed from the running server.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { MakeId } from '../../base/ids.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import type { AccountRow } from '../../directory/store-port.ts';
import type { BrowsedAccount, MailRestoreOrder } from '../../contract/backups.ts';
import type { MessageReceiver } from '../../mail/content/message-receiver.ts';
import { importMail } from '../../mail/transfer/import-mail.ts';
import type { TransferReport } from '../../mail/transfer/port.ts';
import { keyFileIn, openStorage, type Storage } from '../../storage/open-storage.ts';
import { prepareRestored } from '../../storage/snapshot/prepare-restored.ts';
import { defaultSettings } from '../default-settings.ts';
import type { BackupDesk } from './backup-desk.ts';
import { findMessages, type FoundMessages } from './find-messages.ts';
import type { SlotRun } from './job-slot.ts';
import type { RepositoryFacts, Snapshot } from './jobs.ts';
import type { BackupTrouble } from './port.ts';
import { readdTo, type PeopleStores } from './readd-account.ts';
import type { RunBackupJob } from './run-in-thread.ts';
import { removeScratch } from './scratch.ts';
import { SnapshotMailSource } from './snapshot-source.ts';

export interface BrowseDeskOptions extends PeopleStores {
  readonly desk: BackupDesk;
  readonly runJob: RunBackupJob;
  readonly dataFolder: string;
  readonly mailStore: Storage['mailStore'];
  readonly directory: FullDirectory;
  readonly receiver: MessageReceiver;
  readonly makeId: MakeId;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface OpenSnapshot {
  readonly snapshot: Snapshot;
  readonly folder: string;
  readonly facts: RepositoryFacts;
  readonly storage: Storage;
}

/** It takes as much of the disk as the database did. */
const IDLE_MS = 30 * 60_000;
const NOT_OPEN: BackupTrouble = { code: 'noSnapshot', message: 'no backup is open' };

export class BrowseDesk {
  readonly #options: BrowseDeskOptions;
  #open: OpenSnapshot | null = null;
  #cancelIdle: Cancel = () => undefined;

  constructor(options: BrowseDeskOptions) {
    this.#options = options;
  }

  get open(): Pick<Snapshot, 'id' | 'at'> | null {
    return this.#open?.snapshot ?? null;
  }

  /** Resolves when it can be looked through; why not, otherwise. */
  async openSnapshot(snapshotId: string): Promise<BackupTrouble | null> {
    const { desk } = this.#options;
    const facts = desk.facts();
    if (facts === null) return NOT_OPEN;
    if (desk.slot.view === null) await this.close();
    return desk.slot.run('open', (run) => this.#openIn(facts, { snapshotId, run }));
  }

  async close(): Promise<void> {
    this.#cancelIdle();
    const open = this.#open;
    this.#open = null;
    await open?.storage.close();
    await removeScratch(this.#options.dataFolder, 'browse');
  }

  /** Accounts of the backup with their mailboxes; null: none is open. */
  async accounts(): Promise<readonly BrowsedAccount[] | null> {
    const storage = this.#use()?.storage;
    if (storage === undefined) return null;
    const here = new Set(
      (await this.#options.directory.listAccounts()).map(({ address }) => address.toLowerCase()),
    );
    const accounts: BrowsedAccount[] = [];
    for (const { id, address, name } of await storage.directory.listAccounts()) {
      const mailboxes = (await storage.mailStore.listMailboxes(id)).map((mailbox) => ({
        ...{ id: mailbox.id, name: mailbox.name, messages: mailbox.messageCount },
      }));
      accounts.push({ id, address, name, isHere: here.has(address.toLowerCase()), mailboxes });
    }
    return accounts;
  }

  /** Newest first. */
  async messages(query: {
    readonly mailboxId: number;
    readonly words: string;
    readonly before: number | null;
  }): Promise<FoundMessages | null> {
    const storage = this.#use()?.storage;
    return storage === undefined ? null : findMessages(storage.mailStore, query);
  }

  /** Begins it; null: it is under way. */
  async restoreMail(order: MailRestoreOrder): Promise<BackupTrouble | null> {
    const open = this.#use();
    if (open === null) return NOT_OPEN;
    const account = (await open.storage.directory.listAccounts()).find(({ id }) => id === order.accountId);
    if (account === undefined)
      return { code: 'noSnapshot', message: 'there is no such account in the backup' };
    return this.#options.desk.startRestore(account.address, (run) =>
      this.#restore({ open, order, account }, run),
    );
  }

  async #openIn(
    facts: RepositoryFacts,
    { snapshotId, run }: { snapshotId: string; run: SlotRun },
  ): Promise<void> {
    const { runJob, dataFolder, clock, makeId, logger } = this.#options;
    const { folder, snapshot, rootKey } = await runJob(
      { ...facts, kind: 'open', snapshotId, dataFolder },
      run,
    );
    const key = rootKey === null ? null : Buffer.from(rootKey, 'base64');
    await prepareRestored({ folder, dataFolder: folder, rootKey: key, keyPlace: null, now: clock.now() });
    const storage = await openStorage({
      ...{ folder, makeId, keyPlace: keyFileIn(folder), defaultSettings: defaultSettings('localhost') },
      onError: (error) => logger.error('a backup that is open failed', { error }),
    });
    this.#open = { snapshot, folder, facts, storage };
    this.#use();
  }

  /** Somebody looks at it. */
  #use(): OpenSnapshot | null {
    this.#cancelIdle();
    if (this.#open === null) return null;
    const { clock, desk, logger } = this.#options;
    this.#cancelIdle = clock.after(IDLE_MS, () => {
      if (desk.slot.view !== null) return void this.#use();
      this.close().catch((error: unknown) => logger.error('a backup could not be closed', { error }));
    });
    return this.#open;
  }

  async #restore(
    { open, order, account }: { open: OpenSnapshot; order: MailRestoreOrder; account: AccountRow },
    run: SlotRun,
  ): Promise<TransferReport> {
    const { mailStore, receiver, clock, runJob } = this.#options;
    const { storage, folder, facts, snapshot } = open;
    const accountId = await readdTo(this.#options, { account, into: order.into, from: storage });
    const mailboxes = await storage.mailStore.listMailboxes(account.id);
    const wanted = order.mailbox;
    const uids = wanted?.uids ?? null;
    const source = new SnapshotMailSource({
      ...{ storage, folder },
      mailboxes: mailboxes.filter(({ id }) => wanted === null || id === wanted.id),
      uids: uids === null ? null : new Set(uids),
      nameOf: ({ name }) => (order.below === null || order.below === '' ? name : `${order.below}/${name}`),
      fetch: async (paths) => {
        const fetchRun = { signal: run.signal, onProgress: () => undefined };
        await runJob({ ...facts, kind: 'fetch', snapshotId: snapshot.id, folder, paths }, fetchRun);
      },
    });
    return importMail({
      ...{ source, accountId, mailStore, receiver, clock, signal: run.signal },
      onProgress: ({ messages, skipped, octets, totalOctets }) =>
        run.onProgress({
          phase: 'restoring',
          ...{ messages, skipped, doneOctets: octets, totalOctets: totalOctets ?? 0 },
        }),
    });
  }
}
