/** GETMETADATA and SETMETADATA (RFC 5464 §5), parsed; and the names of annotations. */
import { MAX_METADATA_NAME_OCTETS } from '../limits.ts';
import type { WireName } from './command.ts';
import type { Cursor } from './cursor.ts';

export interface MetadataEntryName {
  /** In lower case: entry names are case-insensitive (RFC 5464 §3.2). */
  readonly name: string;
  /** As the client spelled it. */
  readonly spelled: string;
}

export interface GetMetadataCommand {
  readonly name: 'GETMETADATA';
  /** Empty: the server. */
  readonly mailbox: WireName;
  readonly entries: readonly MetadataEntryName[];
  /** Octets of the largest value that is wanted, null where it does not matter (RFC 5464 §4.2.1). */
  readonly maxSize: number | null;
  /** Levels below an entry that are wanted too (RFC 5464 §4.2.2). */
  readonly depth: number;
}

export interface SetMetadataCommand {
  readonly name: 'SETMETADATA';
  readonly mailbox: WireName;
  /** Values are octets; null removes. */
  readonly values: readonly { readonly entry: MetadataEntryName; readonly value: string | null }[];
}

type GetOptions = Pick<GetMetadataCommand, 'maxSize' | 'depth'>;

const NO_OPTIONS: GetOptions = { maxSize: null, depth: 0 };

export function parseGetMetadata(cursor: Cursor): GetMetadataCommand {
  cursor.space();
  // RFC 5464 §5 has the options before the mailbox, its examples behind it.
  const before = cursor.sees('(') ? parseOptions(cursor) : null;
  if (before !== null) cursor.space();
  const mailbox = cursor.astring();
  cursor.space();
  const after = before === null && cursor.seesAfter('(', /[a-z]/i) ? parseOptions(cursor) : null;
  if (after !== null) cursor.space();
  const options = before ?? after ?? NO_OPTIONS;
  return { name: 'GETMETADATA', mailbox, entries: parseEntries(cursor), ...options };
}

export function parseSetMetadata(cursor: Cursor): SetMetadataCommand {
  cursor.space();
  const mailbox = cursor.astring();
  cursor.space();
  const values = cursor.list(() => {
    const entry = parseEntryName(cursor);
    // RFC 5464 §3.2.1: what can be set lies below /private or /shared, and below a vendor's name.
    if (!/^\/[^/]+\/(?!vendor(?:\/[^/]+)?$)/.test(entry.name)) cursor.fail('the name of an entry');
    cursor.space();
    return { entry, value: cursor.nstring() };
  });
  return { name: 'SETMETADATA', mailbox, values };
}

/** `(entry entry …)`, as LIST has them too (RFC 9590 §5). */
export function parseEntryList(cursor: Cursor): MetadataEntryName[] {
  return cursor.list(() => parseEntryName(cursor));
}

/** One entry, a list of them, or (as in RFC 5464's examples) several without parentheses. */
function parseEntries(cursor: Cursor): MetadataEntryName[] {
  if (cursor.sees('(')) return parseEntryList(cursor);
  const entries = [parseEntryName(cursor)];
  while (!cursor.isBlank) {
    cursor.space();
    entries.push(parseEntryName(cursor));
  }
  return entries;
}

function parseOptions(cursor: Cursor): GetOptions {
  let options = NO_OPTIONS;
  cursor.list(() => {
    const name = cursor.keyword();
    cursor.space();
    if (name === 'MAXSIZE') options = { ...options, maxSize: cursor.number() };
    else if (name === 'DEPTH') options = { ...options, depth: parseDepth(cursor) };
    else cursor.fail('MAXSIZE or DEPTH');
  });
  return options;
}

function parseDepth(cursor: Cursor): number {
  const depth = cursor.keyword();
  if (depth === 'INFINITY') return Number.POSITIVE_INFINITY;
  return depth === '0' || depth === '1' ? Number(depth) : cursor.fail('0, 1 or infinity');
}

/** RFC 5464 §3.2: visible ASCII, no wildcards, no empty component, /private or /shared first. */
function parseEntryName(cursor: Cursor): MetadataEntryName {
  const spelled = cursor.astring();
  const isName = /^\/(?:private|shared)(?:\/[\x20-\x24\x26-\x29\x2b-\x2e\x30-\x7e]+)*$/i.test(spelled);
  if (!isName || spelled.length > MAX_METADATA_NAME_OCTETS) cursor.fail('the name of an entry');
  return { name: spelled.toLowerCase(), spelled };
}
