/**
 * An account's messages in hMailServer's data folder, as an import reads them.
 *
 * Files lie at `DOMAIN/LOCAL-PART/XX/{GUID}.eml`, XX being the first two characters of the GUID. Invariants: a file that is gone is
 * named and the others come; messages that were marked as deleted come with that flag.
 */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readOctets } from '../../mail/transfer/from/eml-files.ts';
import type { ImportSource, SourceMessage } from '../../mail/transfer/port.ts';
import { toMailboxName } from '../../mail/transfer/mailbox-paths.ts';
import type { ForeignAccount, ForeignFolder, ForeignMessage } from './read-hmailserver.ts';

const FLAGS: readonly (readonly [number, string])[] = [
  [1, '\\Seen'],
  [2, '\\Deleted'],
  [4, '\\Flagged'],
  [8, '\\Answered'],
  [16, '\\Draft'],
];

export class HmailserverSource implements ImportSource {
  readonly format = 'eml';
  readonly totalOctets = null;
  readonly totalMessages: number;
  readonly #folders: readonly ForeignFolder[];
  readonly #place: string;
  #octets = 0;

  /** `dataFolder`: where the folders of the domains lie. */
  constructor(account: ForeignAccount, dataFolder: string) {
    const [localPart = '', domain = ''] = account.address.split('@');
    this.#place = join(dataFolder, basename(domain), basename(localPart));
    this.#folders = account.folders;
    this.totalMessages = this.#folders.reduce((sum, { messages }) => sum + messages.length, 0);
  }

  async *messages(): AsyncGenerator<SourceMessage> {
    for (const folder of this.#folders)
      for (const message of folder.messages) yield await this.#describe(folder, message);
  }

  octetsRead(): number {
    return this.#octets;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #describe({ path }: ForeignFolder, message: ForeignMessage): Promise<SourceMessage> {
    const { flags, createdAt } = message;
    const fileName = basename(message.fileName);
    const file = join(this.#place, fileName.replace('{', '').slice(0, 2), fileName);
    this.#octets += (await stat(file).catch(() => null))?.size ?? 0;
    return {
      mailbox: toMailboxName(path),
      flags: FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, flag]) => flag),
      internalDate: createdAt,
      where: fileName,
      octets: () => readOctets(file, 0),
    };
  }
}
