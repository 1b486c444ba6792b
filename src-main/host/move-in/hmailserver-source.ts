/**
 * An account's messages in hMailServer's data folder, as an import reads them.
 *
 * Files lie at `DOMAIN/LOCAL-PART/XX/{GUID}.eml`, XX being the first two characters of the GUID. Invariants: a file that is gone is
 * named and the others come; messages that were marked as deleted come with that flag; folders without messages come too; those of a
 * special use are called as they are called here.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readOctets } from '../../mail/transfer/from/eml-files.ts';
import type { ImportSource, SourceMessage } from '../../mail/transfer/port.ts';
import { renameByUse } from '../../mail/transfer/from/name-remote-mailboxes.ts';
import { toMailboxName } from '../../mail/transfer/mailbox-paths.ts';
import type { ForeignAccount } from './read-hmailserver.ts';
import { readMessages, type ForeignMessage } from './read-messages.ts';

const FLAGS: readonly (readonly [number, string])[] = [
  [1, '\\Seen'],
  [2, '\\Deleted'],
  [4, '\\Flagged'],
  [8, '\\Answered'],
  [16, '\\Draft'],
];

/** Where the backup is. */
export interface BackupPlaces {
  /** Its XML file. */
  readonly file: string;
  /** Where the folders of the domains lie. */
  readonly mailFolder: string;
}

/** The octets of a message whose file is gone. */
const NOT_THERE: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({
    next: () => Promise.reject(new Error('its file is not in the backup')),
  }),
};

export class HmailserverSource implements ImportSource {
  readonly format = 'eml';
  readonly totalOctets = null;
  readonly totalMessages: number;
  readonly mailboxes: readonly string[];
  readonly #account: ForeignAccount;
  readonly #file: string;
  readonly #rename: (name: string) => string;
  /** The folder of its files. */
  readonly place: string;
  #octets = 0;

  constructor(account: ForeignAccount, { file, mailFolder }: BackupPlaces) {
    const [localPart = '', domain = ''] = account.address.split('@');
    this.place = join(mailFolder, basename(domain), basename(localPart));
    this.#account = account;
    this.#file = file;
    const found = account.folders.map(({ path, uses }) => ({
      name: toMailboxName(path),
      attributes: new Set(uses),
    }));
    this.#rename = renameByUse(found);
    this.mailboxes = found.map(({ name }) => this.#rename(name));
    this.totalMessages = account.folders.reduce((sum, { messages }) => sum + messages, 0);
  }

  async *messages(): AsyncGenerator<SourceMessage> {
    const { start, end } = this.#account.span;
    // The last octet counts in.
    const chunks = createReadStream(this.#file, { start, end: end - 1 }) as AsyncIterable<Uint8Array>;
    for await (const message of readMessages(chunks, this.#account)) yield await this.#describe(message);
  }

  octetsRead(): number {
    return this.#octets;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #describe({ folder, flags, createdAt, ...message }: ForeignMessage): Promise<SourceMessage> {
    const fileName = basename(message.fileName);
    const file = join(this.place, fileName.replace('{', '').slice(0, 2), fileName);
    const sizeBytes = (await stat(file).catch(() => null))?.size ?? null;
    this.#octets += sizeBytes ?? 0;
    return {
      mailbox: this.#rename(toMailboxName(folder)),
      flags: FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, flag]) => flag),
      internalDate: createdAt,
      where: fileName,
      octets: () => (sizeBytes === null ? NOT_THERE : readOctets(file, 0)),
    };
  }
}
