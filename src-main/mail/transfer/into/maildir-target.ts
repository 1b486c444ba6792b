/** A Maildir with the folders of Maildir++: flags in the names, keywords in `dovecot-keywords`, dates as the files' dates. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatMaildirFlags, MaildirKeywords } from '../../../format/maildir-name.ts';
import { toMaildirFolder } from '../mailbox-paths.ts';
import type { ExportTarget, LeavingMessage } from '../port.ts';
import { writeMessageFile } from './message-file.ts';

export class MaildirTarget implements ExportTarget {
  readonly #root: string;
  #open: { path: string; keywords: MaildirKeywords } | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async openMailbox(name: string): Promise<void> {
    const path = join(this.#root, toMaildirFolder(name));
    for (const part of ['cur', 'new', 'tmp']) await mkdir(join(path, part), { recursive: true, mode: 0o700 });
    // Maildir++ tells a folder from the Maildir itself by this file.
    if (name !== 'INBOX') await writeFile(join(path, 'maildirfolder'), '');
    this.#open = { path, keywords: new MaildirKeywords() };
  }

  async write(message: LeavingMessage): Promise<void> {
    const { path, keywords } = this.#opened;
    const seconds = Math.floor(message.internalDate / 1000);
    const uid = String(message.uid).padStart(10, '0');
    // A colon in a file's name means something else on Windows.
    const flags = formatMaildirFlags(message.flags, keywords).replace(
      ':',
      process.platform === 'win32' ? ';' : ':',
    );
    const name = `${seconds}.U${uid}.postroom${flags}`;
    await writeMessageFile(join(path, 'cur', name), message, { before: '', lineEnd: 'lf' });
  }

  async closeMailbox(): Promise<void> {
    const { path, keywords } = this.#opened;
    this.#open = undefined;
    const names = keywords.format();
    if (names !== '') await writeFile(join(path, 'dovecot-keywords'), names, { mode: 0o600 });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  get #opened() {
    if (this.#open === undefined) throw new Error('no mailbox is open');
    return this.#open;
  }
}
