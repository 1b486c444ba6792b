/**
 * Fetch content: the octets that BODY[…] and BINARY[…] answer with (RFC 9051 §6.4.5, RFC 3516).
 *
 * Invariants: large parts are read piece by piece; a section that does not exist is NIL, one that is empty is "".
 */
import { decodeTransferEncoding } from '../../../format/transfer-encoding.ts';
import type { FetchItem, PartialRange, Section } from '../../../protocol/imap/grammar/fetch-item.ts';
import type { LiteralContent, ResponsePart } from '../../../protocol/imap/server/session.ts';
import type { OpenMessage } from '../../mailstore/port.ts';
import { READ_OCTETS } from '../limits.ts';
import { locatePart, locateSection } from './section.ts';
import type { OctetRange } from './section.ts';

type WantedSection = Pick<Extract<FetchItem, { kind: 'section' }>, 'section' | 'partial'>;
type BinaryItem = Extract<FetchItem, { kind: 'binary' }>;

const LF = 0x0a;
const CRLF = Buffer.from('\r\n');

/** The value of a BODY[…] or RFC822… item. */
/** All of the message: its index is not needed for that. */
function isWhole({ path, what }: Section): boolean {
  return path.length === 0 && what === 'all';
}

export async function readSection(message: OpenMessage, item: WantedSection): Promise<ResponsePart> {
  const content = await openSection(message, item);
  if (content === null) return 'NIL';
  return content.octets === 0 ? '""' : content;
}

/** The octets of a section, or null where the message has none such. */
export async function openSection(message: OpenMessage, item: WantedSection): Promise<LiteralContent | null> {
  const range = isWhole(item.section)
    ? { start: 0, end: message.sizeBytes }
    : locateSection(message.index, item.section);
  if (range === null) return null;
  if (item.section.what === 'headerFields' || item.section.what === 'headerFieldsNot') {
    const header = await message.readRange(range.start, range.end);
    const octets = cut(chooseFields(header, item.section), item.partial);
    return { octets: octets.length, read: () => [octets] };
  }
  const wanted = cutRange(range, item.partial);
  const octets = wanted.end - wanted.start;
  if (octets > READ_OCTETS) return { octets, read: () => readPieces(message, wanted) };
  const all = await message.readRange(wanted.start, wanted.end);
  return { octets, read: () => [all] };
}

/** The value of a BINARY[…] item; null where the transfer encoding is not known (UNKNOWN-CTE). */
export async function readBinary(message: OpenMessage, item: BinaryItem): Promise<ResponsePart | null> {
  const decoded = await decodePart(message, item.path);
  if (decoded === 'missing') return 'NIL';
  if (decoded === null) return null;
  const octets = cut(decoded, item.partial);
  // RFC 9051 §7.5.2: literal8 where there is NUL.
  return octets.includes(0)
    ? { octets: octets.length, isBinary: true, read: () => [octets] }
    : octetsOf(octets);
}

/** The value of BINARY.SIZE[…]; null as above. */
export async function readBinarySize(message: OpenMessage, path: readonly number[]): Promise<number | null> {
  const decoded = await decodePart(message, path);
  return decoded === 'missing' ? 0 : (decoded?.length ?? null);
}

async function decodePart(
  message: OpenMessage,
  path: readonly number[],
): Promise<Uint8Array | 'missing' | null> {
  const part = locatePart(message.index, path);
  if (part === null) return 'missing';
  if (path.length === 0) return message.readRange(0, message.sizeBytes);
  const octets = await message.readRange(part.bodyStart, part.bodyEnd);
  // A multipart or a message is never decoded as a whole (RFC 3516 §4.3).
  const isLeaf = part.children.length === 0 && part.message === null;
  return isLeaf ? decodeTransferEncoding(octets, part.encoding) : octets;
}

function octetsOf(octets: Uint8Array): ResponsePart {
  return octets.length === 0 ? '""' : { octets: octets.length, read: () => [octets] };
}

async function* readPieces(message: OpenMessage, { start, end }: OctetRange): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; at += READ_OCTETS)
    yield await message.readRange(at, Math.min(end, at + READ_OCTETS));
}

function cutRange({ start, end }: OctetRange, partial: PartialRange | null): OctetRange {
  if (partial === null) return { start, end };
  const from = Math.min(end, start + partial.first);
  return { start: from, end: Math.min(end, from + partial.count) };
}

function cut(octets: Uint8Array, partial: PartialRange | null): Uint8Array {
  return partial === null ? octets : octets.subarray(partial.first, partial.first + partial.count);
}

/** The header fields that HEADER.FIELDS names or HEADER.FIELDS.NOT leaves, as they stand, and the empty line. */
function chooseFields(header: Uint8Array, { what, fields }: Section): Uint8Array {
  const wanted = new Set(fields.map((field) => field.toLowerCase()));
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
  const chosen: Uint8Array[] = [];
  for (let start = 0; start < bytes.length && !isEmptyLine(bytes, start);) {
    const end = endOfField(bytes, start);
    const name = fieldName(bytes, start, end);
    if (wanted.has(name) === (what === 'headerFields')) chosen.push(bytes.subarray(start, end));
    start = end;
  }
  return Buffer.concat([...chosen, CRLF]);
}

function isEmptyLine(bytes: Buffer, start: number): boolean {
  return bytes[start] === LF || (bytes[start] === 0x0d && bytes[start + 1] === LF);
}

function fieldName(bytes: Buffer, start: number, end: number): string {
  const colon = bytes.indexOf(0x3a, start);
  return colon < 0 || colon >= end ? '' : bytes.toString('latin1', start, colon).trimEnd().toLowerCase();
}

/** The offset after a field and its continuation lines. */
function endOfField(bytes: Buffer, start: number): number {
  for (let at = start; ;) {
    const lineFeed = bytes.indexOf(LF, at);
    if (lineFeed < 0) return bytes.length;
    at = lineFeed + 1;
    if (bytes[at] !== 0x20 && bytes[at] !== 0x09) return at;
  }
}
