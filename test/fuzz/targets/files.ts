/** Files that an import is given: archives, mbox files, single messages, as they are found on a disk. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileFormat } from '../../../src-main/mail/transfer/port.ts';
import { openImportSource } from '../../../src-main/mail/transfer/from/open-import-source.ts';
import { insist, octetsOf, readLines, type FuzzTarget } from '../target.ts';

export const FILES: readonly FuzzTarget[] = [
  {
    name: 'import of archives',
    corpus: readLines('archives.jsonl'),
    check: (input) => checkImport(input, 'zip'),
  },
  {
    name: 'import of mbox files',
    corpus: readLines('mbox.jsonl'),
    check: (input) => checkImport(input, 'mbox'),
  },
  {
    name: 'import of single messages',
    corpus: readLines('mbox.jsonl'),
    check: (input) => checkImport(input, 'eml'),
  },
];

/** Messages, or an error that is not ours. */
async function checkImport(input: string, format: FileFormat): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'postroom-fuzz-'));
  const path = join(folder, `mail.${format}`);
  try {
    writeFileSync(path, octetsOf(input));
    const source = await openImportSource({
      path,
      format,
      mboxVariant: 'auto',
      scratchFolder: join(folder, 'scratch'),
    });
    if (!source.ok) return;
    await readAll(source.value);
  } catch (error) {
    insist(
      !(error instanceof TypeError || error instanceof RangeError),
      `an import is refused with words, not ${String(error)}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function readAll(source: {
  messages(
    isWanted: () => Promise<boolean>,
  ): AsyncIterable<{ octets(): AsyncIterable<Uint8Array>; mailbox: string }>;
}): Promise<void> {
  for await (const message of source.messages(() => Promise.resolve(true))) {
    insist(!message.mailbox.includes('\0'), 'a mailbox has a name');
    for await (const octets of message.octets()) insist(octets.length >= 0, 'octets are octets');
  }
}
