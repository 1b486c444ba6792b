/** Messages from a Maildir, with the folders of Maildir++ (`.Archive.2026`) and those that simply lie in it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MaildirKeywords, parseMaildirFlags } from '../../../format/maildir-name.ts';
import { MOST_LEVELS } from '../limits.ts';
import { fromMaildirFolder } from '../mailbox-paths.ts';
import type { SourceMessage } from '../port.ts';
import { readOctets } from './eml-files.ts';
import { listFolders, walkFiles, type FoundFile } from './walk-folder.ts';

const MESSAGE_FOLDERS = ['cur', 'new'];

export interface MaildirFolder {
  readonly path: string;
  readonly mailbox: string;
}

/** All Maildirs in a folder, itself first. */
export async function* findMaildirs(
  path: string,
  levels: readonly string[] = [],
): AsyncGenerator<MaildirFolder> {
  const folders = await listFolders(path);
  if (folders.includes('cur')) yield { path, mailbox: mailboxOf(levels) };
  if (levels.length >= MOST_LEVELS) return;
  for (const name of folders) {
    if (![...MESSAGE_FOLDERS, 'tmp'].includes(name)) yield* findMaildirs(join(path, name), [...levels, name]);
  }
}

function mailboxOf(levels: readonly string[]): string {
  return levels.length === 0 ? 'INBOX' : levels.map(fromMaildirFolder).join('/');
}

export async function* readMaildir(
  { path, mailbox }: MaildirFolder,
  onFile: (file: FoundFile) => void,
): AsyncGenerator<SourceMessage> {
  const keywords = MaildirKeywords.parse(
    await readFile(join(path, 'dovecot-keywords'), 'utf8').catch(() => ''),
  );
  for (const folder of await listFolders(path)) {
    if (!MESSAGE_FOLDERS.includes(folder)) continue;
    for await (const file of walkFiles(join(path, folder))) {
      const name = file.levels.at(-1) ?? '';
      const flags = parseMaildirFlags(name, keywords);
      const internalDate = file.modifiedAt;
      yield { mailbox, flags, internalDate, where: name, octets: () => readOctets(file.path, 0) };
      onFile(file);
    }
  }
}
