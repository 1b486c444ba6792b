/** Messages from `.eml` files, one each; the folders that they lie in are the mailboxes. */
import { basename } from 'node:path';
import { LineRewriter } from '../../../format/line-rewriter.ts';
import type { OctetSource } from '../../../format/mbox.ts';
import { readStatusFields, type StatusFields } from '../../../format/status-fields.ts';
import { readHead, rewrittenRange, withFile } from '../file-octets.ts';
import { HEAD_OCTETS } from '../limits.ts';
import { fromPathLevels } from '../mailbox-paths.ts';
import type { SourceMessage } from '../port.ts';
import type { FoundFile } from './walk-folder.ts';

export async function* readEmlFile(file: FoundFile): AsyncGenerator<SourceMessage> {
  const fields = await firstOf(withFile(file.path, (source) => readFields(source)));
  if (fields === null) return;
  const { flags, ownOctets } = fields;
  yield {
    mailbox: fromPathLevels(file.levels.slice(0, -1)),
    flags,
    // What export wrote has its date as the file's; of other files that is when they were saved.
    internalDate: ownOctets > 0 ? file.modifiedAt : null,
    where: basename(file.path),
    octets: () => readOctets(file.path, ownOctets),
  };
}

/** A file's octets from `start` on, with CRLF line ends. */
export function readOctets(path: string, start: number): AsyncIterable<Uint8Array> {
  return withFile(path, (source) =>
    rewrittenRange(source, { start, end: source.sizeBytes }, new LineRewriter({ lineEnd: 'crlf' })),
  );
}

async function* readFields(source: OctetSource): AsyncGenerator<StatusFields> {
  yield readStatusFields(await readHead(source, 0, Math.min(HEAD_OCTETS, source.sizeBytes)));
}

async function firstOf<T>(items: AsyncIterable<T>): Promise<T | null> {
  for await (const item of items) return item;
  return null;
}
