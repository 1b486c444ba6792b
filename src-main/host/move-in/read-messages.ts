/**
 * Reads the messages of one account in hMailServer's backup: which folder each is in, its file, flags and date.
 *
 * Flow: octets of the account's element → here → hmailserver-source.ts. Invariants: memory does not grow with their number; a file that
 * is not any more what the set-up was read from is noticed.
 */
import { XmlTagReader, type XmlTag } from '../../format/xml-tags.ts';
import type { ForeignAccount } from './read-hmailserver.ts';
import { attributesOf } from './set-up-tree.ts';

export interface ForeignMessage {
  readonly folder: readonly string[];
  /** `{GUID}.eml` */
  readonly fileName: string;
  /** Bits: 1 seen, 2 deleted, 4 flagged, 8 answered, 16 draft. */
  readonly flags: number;
  /** Milliseconds since 1970; null: not said. */
  readonly createdAt: number | null;
}

/** Throws where `chunks` is not the account's element any more. */
export async function* readMessages(
  chunks: AsyncIterable<Uint8Array>,
  { address, span }: Pick<ForeignAccount, 'address' | 'span'>,
): AsyncGenerator<ForeignMessage> {
  const reader = new XmlTagReader(span.start);
  const folders: string[] = [];
  let isFirst = true;
  for await (const chunk of chunks) {
    const tags = reader.write(chunk);
    if (!tags.ok) throw changedMeanwhile();
    for (const tag of tags.value) {
      if (isFirst && attributesOf(tag).text('Name') !== address) throw changedMeanwhile();
      isFirst = false;
      if (tag.name === 'Folder') follow(folders, tag);
      else if (tag.name === 'Message' && tag.kind === 'open' && folders.length > 0)
        yield describe(tag, folders);
    }
  }
  if (!reader.end().ok) throw changedMeanwhile();
}

function changedMeanwhile(): Error {
  return new Error('the backup has changed while it was read; begin again');
}

/** A collection of the same name is a level without a name. */
function follow(folders: string[], tag: XmlTag): void {
  if (tag.kind === 'close') folders.pop();
  else folders.push(attributesOf(tag).text('Name'));
}

function describe(tag: XmlTag, folders: readonly string[]): ForeignMessage {
  const { text, number } = attributesOf(tag);
  // `2024-05-01 09:30:00`, in the old server's local time, which this machine is taken to share.
  const createdAt = Date.parse(text('CreateTime').replace(' ', 'T'));
  return {
    folder: folders.filter((name) => name !== ''),
    fileName: text('Filename'),
    flags: number('Flags'),
    createdAt: Number.isNaN(createdAt) ? null : createdAt,
  };
}
