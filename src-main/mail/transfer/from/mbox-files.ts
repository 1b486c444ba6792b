/**
 * Messages from mbox files: one, or all in a folder and the folders in it: Thunderbird's (`Inbox`, `Inbox.sbd/`), Apple's
 * (`Inbox.mbox/mbox`), what `postroom export` wrote (`Archive.mbox`, `Archive/2026.mbox`).
 */
import { basename } from 'node:path';
import { createMboxReader, findMboxMessages, parseFromLine, type MboxVariant } from '../../../format/mbox.ts';
import type { MboxMessage, OctetSource } from '../../../format/mbox.ts';
import { readStatusFields } from '../../../format/status-fields.ts';
import { readHead, rewrittenRange, withFile } from '../file-octets.ts';
import { HEAD_OCTETS } from '../limits.ts';
import { fromPathLevels } from '../mailbox-paths.ts';
import type { SourceMessage } from '../port.ts';
import type { FoundFile } from './walk-folder.ts';

export async function* readMboxFile(
  file: FoundFile,
  variant: MboxVariant | 'auto',
  onOctets: (octets: number) => void,
): AsyncGenerator<SourceMessage> {
  const mailbox = mailboxOf(file.levels);
  yield* withFile(file.path, async function* (source) {
    let number = 0;
    for await (const found of findMboxMessages(source, variant)) {
      const where = `${basename(file.path)} message ${++number}`;
      const message = await describe(source, found, { mailbox, where, variant });
      if (message !== null) yield message;
      onOctets(found.end);
    }
  });
}

async function describe(
  source: OctetSource,
  { fromLine, start, end }: MboxMessage,
  { mailbox, where, variant }: { mailbox: string; where: string; variant: MboxVariant | 'auto' },
): Promise<SourceMessage | null> {
  const head = await readHead(source, start, Math.min(end, start + HEAD_OCTETS));
  const { flags, ownOctets, isExpunged } = readStatusFields(head);
  if (isExpunged) return null;
  const range = { start: start + ownOctets, end };
  const octets = () => rewrittenRange(source, range, createMboxReader(variant));
  return { mailbox, flags, internalDate: parseFromLine(fromLine), where, octets };
}

/** `Inbox.sbd/Clients` lies in Inbox; Apple's `Clients.mbox/mbox` is Clients. */
function mailboxOf(levels: readonly string[]): string {
  const names = levels.map((level) => level.replace(/\.(?:sbd|mbox|mbx)$/iu, ''));
  if (names.length > 1 && names.at(-1) === 'mbox') names.pop();
  return fromPathLevels(names);
}
