/** Folders of `.eml` files that any mail program opens: named after UID and subject, flags in Status fields. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { formatStatusFields } from '../../../format/status-fields.ts';
import { toPathLevels } from '../mailbox-paths.ts';
import type { ExportTarget, LeavingMessage } from '../port.ts';
import { writeMessageFile } from './message-file.ts';

/** Of the subject in a file's name: paths on Windows are short. */
const MOST_SUBJECT_CHARACTERS = 60;

export class EmlTarget implements ExportTarget {
  readonly #root: string;
  #folder: string | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async openMailbox(name: string): Promise<void> {
    this.#folder = join(this.#root, ...toPathLevels(name));
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
  }

  async write(message: LeavingMessage): Promise<void> {
    if (this.#folder === undefined) throw new Error('no mailbox is open');
    const path = join(this.#folder, emlNameOf(message));
    const before = formatStatusFields(message.flags);
    await writeMessageFile(path, message, { before, lineEnd: 'crlf' });
  }

  closeMailbox(): Promise<void> {
    this.#folder = undefined;
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A name that sorts as the mailbox does. */
export function emlNameOf({ uid, subject }: { readonly uid: number; readonly subject: string }): string {
  return `${String(uid).padStart(10, '0')}${toSlug(subject)}.eml`;
}

function toSlug(subject: string): string {
  const words = subject.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim();
  return words === '' ? '' : ` ${[...words].slice(0, MOST_SUBJECT_CHARACTERS).join('').trim()}`;
}
