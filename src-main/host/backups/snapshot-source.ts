/**
 * A backup as a source of an import: mailboxes of one account, out of a snapshot that is open.
 *
 * Invariants: of a mailbox the large messages that are wanted are fetched at once, and removed after it, so that the disk holds those of one
 * mailbox; what is damaged is named and the rest comes.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mailbox, MessageEntry } from '../../mail/mailstore/port.ts';
import type { ImportSource, MessageDigest, SourceMessage } from '../../mail/transfer/port.ts';
import type { Storage } from '../../storage/open-storage.ts';

export interface SnapshotSourceOptions {
  readonly storage: Pick<Storage, 'mailStore' | 'snapshots'>;
  /** The folder that the snapshot is open in. */
  readonly folder: string;
  readonly mailboxes: readonly Mailbox[];
  /** null: all. */
  readonly uids: ReadonlySet<number> | null;
  /** What a mailbox is called where it is restored to. */
  readonly nameOf: (mailbox: Mailbox) => string;
  /** Brings files out of the repository into the folder. */
  readonly fetch: (paths: readonly string[]) => Promise<void>;
}

const UIDS_A_PAGE = 500;
const READ_OCTETS = 256 * 1024;

type IsWanted = (digest: MessageDigest) => Promise<boolean>;

export class SnapshotMailSource implements ImportSource {
  readonly format = 'eml';
  readonly totalOctets: number | null;
  readonly totalMessages: number | null;
  readonly #options: SnapshotSourceOptions;
  #octets = 0;

  constructor(options: SnapshotSourceOptions) {
    this.#options = options;
    const { mailboxes, uids } = options;
    this.totalOctets = uids === null ? mailboxes.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) : null;
    this.totalMessages =
      uids === null ? mailboxes.reduce((sum, { messageCount }) => sum + messageCount, 0) : uids.size;
  }

  async *messages(isWanted: IsWanted): AsyncGenerator<SourceMessage> {
    for (const mailbox of this.#options.mailboxes) yield* this.#messagesOf(mailbox, isWanted);
  }

  octetsRead(): number {
    return this.#octets;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *#messagesOf(mailbox: Mailbox, isWanted: IsWanted): AsyncGenerator<SourceMessage> {
    const wanted = await this.#findWanted(mailbox, isWanted);
    const files = this.#options.storage.snapshots.contentFilesOf(mailbox.id);
    const paths = wanted.flatMap(({ uid }) => files.get(uid) ?? []).map((name) => `content/${name}`);
    if (paths.length > 0) await this.#options.fetch(paths);
    try {
      for (const entry of wanted) yield this.#message(mailbox, entry);
    } finally {
      for (const path of paths) await rm(join(this.#options.folder, path), { force: true });
    }
  }

  async #findWanted(mailbox: Mailbox, isWanted: IsWanted): Promise<readonly MessageEntry[]> {
    const { storage, uids, nameOf } = this.#options;
    const wanted: MessageEntry[] = [];
    for (let first = 1; first < mailbox.uidNext; first += UIDS_A_PAGE) {
      const range = [{ first, last: first + UIDS_A_PAGE - 1 }];
      const page = (await storage.mailStore.listEntries(mailbox.id, range)).filter(
        ({ uid }) => uids === null || uids.has(uid),
      );
      const indexes = await storage.mailStore.readIndexes(
        mailbox.id,
        page.map(({ uid }) => uid),
      );
      for (const entry of page) {
        const messageId = indexes.get(entry.uid)?.envelope.messageId ?? null;
        const digest = { mailbox: nameOf(mailbox), sizeBytes: entry.sizeBytes, messageId: messageId ?? '' };
        if (messageId === null || (await isWanted(digest))) wanted.push(entry);
        else this.#octets += entry.sizeBytes;
      }
    }
    return wanted;
  }

  #message(mailbox: Mailbox, entry: MessageEntry): SourceMessage {
    const { flags, internalDate, uid } = entry;
    const octets = () => this.#read(mailbox, entry);
    return {
      mailbox: this.#options.nameOf(mailbox),
      flags,
      internalDate,
      where: `${mailbox.name} ${uid}`,
      octets,
    };
  }

  async *#read({ id }: Mailbox, { uid, sizeBytes }: MessageEntry): AsyncGenerator<Uint8Array> {
    const message = await this.#options.storage.mailStore.openMessage(id, uid);
    if (message === null) return;
    for (let at = 0; at < sizeBytes; at += READ_OCTETS)
      yield await message.readRange(at, Math.min(at + READ_OCTETS, sizeBytes));
    this.#octets += sizeBytes;
  }
}
