/**
 * Attachments of a message: their names, the names inside ZIP archives, and what their first octets say they are.
 *
 * Format of archives: APPNOTE.TXT §4.3.7, §4.3.12. Invariants: at most ARCHIVE_WINDOW_OCTETS are decoded at each end of an archive,
 * nothing is unpacked; what is not well-formed yields fewer names, never an error.
 */
import { decodeEncodedWords } from '../../../format/encoded-word.ts';
import type { IndexedPart } from '../../../format/message-index.ts';
import { decodeTransferEncoding } from '../../../format/transfer-encoding.ts';
import type { MessageOctets } from '../../content/message-octets.ts';
import { ARCHIVE_WINDOW_OCTETS } from '../limits.ts';
import { leavesOf } from './message-text.ts';
import { readZipEntries } from './zip-entries.ts';

export interface Attachment {
  /** As the reader's program would save it; empty where it has none. */
  readonly name: string;
  /** Names of what is in it, where it is an archive. */
  readonly inside: readonly string[];
  readonly isEncrypted: boolean;
  /** What it is by its first octets, where that is a program: `Windows program`. */
  readonly program: string | null;
}

/** Enough to know a file by. */
const MAGIC_OCTETS = 64;

export async function readAttachments(octets: MessageOctets): Promise<readonly Attachment[]> {
  const attachments: Attachment[] = [];
  for (const part of leavesOf(octets.index.root)) {
    if (isBareText(part)) continue;
    attachments.push(await readAttachment(octets, part));
  }
  return attachments;
}

function isBareText(part: IndexedPart): boolean {
  return part.type === 'text' && nameOf(part) === '' && part.disposition?.type !== 'attachment';
}

/** RFC 2183 §2.3; many mailers say `name` of Content-Type only. */
function nameOf(part: IndexedPart): string {
  const name = part.disposition?.parameters['filename'] ?? part.parameters['name'] ?? '';
  return decodeEncodedWords(name);
}

async function readAttachment(octets: MessageOctets, part: IndexedPart): Promise<Attachment> {
  const head = await decodeWindow(octets, part, 'start');
  const isZip = head[0] === 0x50 && head[1] === 0x4b && (head[2] ?? 0) <= 0x07;
  const entries = isZip ? readZipEntries([head, await decodeWindow(octets, part, 'end')]) : [];
  return {
    name: nameOf(part),
    inside: entries.map(({ name }) => name),
    isEncrypted: entries.some(({ isEncrypted }) => isEncrypted),
    program: programOf(head.subarray(0, MAGIC_OCTETS)),
  };
}

/** base64 is decoded from the start of a line, where a group of four begins in all but hostile messages. */
async function decodeWindow(
  octets: MessageOctets,
  part: IndexedPart,
  at: 'start' | 'end',
): Promise<Uint8Array> {
  const { bodyStart, bodyEnd, encoding } = part;
  const isWhole = bodyEnd - bodyStart <= ARCHIVE_WINDOW_OCTETS;
  if (at === 'start' || isWhole) {
    const raw = await octets.readRange(bodyStart, Math.min(bodyEnd, bodyStart + ARCHIVE_WINDOW_OCTETS));
    return decodeTransferEncoding(raw, encoding) ?? raw;
  }
  const raw = await octets.readRange(bodyEnd - ARCHIVE_WINDOW_OCTETS, bodyEnd);
  const fromLine = encoding === 'base64' ? raw.subarray(raw.indexOf(0x0a) + 1) : raw;
  return decodeTransferEncoding(fromLine, encoding) ?? fromLine;
}

const PROGRAMS: readonly (readonly [kind: string, magic: readonly number[]])[] = [
  ['Windows program', [0x4d, 0x5a]],
  ['Linux program', [0x7f, 0x45, 0x4c, 0x46]],
  ['macOS program', [0xcf, 0xfa, 0xed, 0xfe]],
  ['macOS program', [0xca, 0xfe, 0xba, 0xbe]],
  ['Windows shortcut', [0x4c, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02, 0x00]],
  ['Windows help file', [0x49, 0x54, 0x53, 0x46]],
  ['Android program', [0x64, 0x65, 0x78, 0x0a]],
];

function programOf(head: Uint8Array): string | null {
  const known = PROGRAMS.find(([, magic]) => magic.every((octet, index) => head[index] === octet));
  return known?.[0] ?? null;
}
