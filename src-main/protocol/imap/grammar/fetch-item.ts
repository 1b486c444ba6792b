/**
 * Fetch items: what FETCH asks of a message (RFC 9051 §6.4.5, RFC 3501 §6.4.5), parsed.
 */
import { Cursor, ImapSyntaxError } from './cursor.ts';
import { formatAstring } from './format.ts';

/** Which octets of a part; `path` is empty for the message itself. */
export interface Section {
  readonly path: readonly number[];
  readonly what: 'all' | 'header' | 'headerFields' | 'headerFieldsNot' | 'text' | 'mime';
  /** Field names of headerFields and headerFieldsNot, as the client spelled them. */
  readonly fields: readonly string[];
}

/** `<first.count>`: octets from `first` on, at most `count`. */
export interface PartialRange {
  readonly first: number;
  readonly count: number;
}

export type FetchItem =
  | { readonly kind: 'emailId' | 'threadId' | 'saveDate' | 'preview' }
  | {
      readonly kind:
        'uid' | 'flags' | 'modSeq' | 'internalDate' | 'size' | 'envelope' | 'body' | 'bodyStructure';
    }
  | {
      readonly kind: 'section';
      readonly section: Section;
      readonly partial: PartialRange | null;
      /** Does not set \Seen. */
      readonly isPeek: boolean;
      /** How the answer names it, e.g. `BODY[TEXT]` or `RFC822.TEXT`. */
      readonly label: string;
    }
  | {
      readonly kind: 'binary';
      readonly path: readonly number[];
      readonly partial: PartialRange | null;
      readonly isPeek: boolean;
      readonly label: string;
    }
  | { readonly kind: 'binarySize'; readonly path: readonly number[]; readonly label: string };

type SimpleKind = Exclude<FetchItem['kind'], 'preview' | 'section' | 'binary' | 'binarySize'>;

const SIMPLE: Readonly<Record<string, SimpleKind>> = {
  UID: 'uid',
  FLAGS: 'flags',
  MODSEQ: 'modSeq',
  EMAILID: 'emailId',
  THREADID: 'threadId',
  SAVEDATE: 'saveDate',
  INTERNALDATE: 'internalDate',
  'RFC822.SIZE': 'size',
  ENVELOPE: 'envelope',
  BODYSTRUCTURE: 'bodyStructure',
};

const MACROS: Readonly<Record<string, readonly SimpleKind[]>> = {
  ALL: ['flags', 'internalDate', 'size', 'envelope'],
  FAST: ['flags', 'internalDate', 'size'],
  FULL: ['flags', 'internalDate', 'size', 'envelope', 'body'],
};

const WHOLE: Section = { path: [], what: 'all', fields: [] };

/** RFC 3501's names for sections. */
const RFC822: Readonly<Record<string, { section: Section; isPeek: boolean }>> = {
  RFC822: { section: WHOLE, isPeek: false },
  'RFC822.HEADER': { section: { ...WHOLE, what: 'header' }, isPeek: true },
  'RFC822.TEXT': { section: { ...WHOLE, what: 'text' }, isPeek: false },
};

/** A macro, one item, or a list of items. */
export function parseFetchItems(cursor: Cursor): FetchItem[] {
  if (cursor.sees('(')) return cursor.list(() => parseFetchItem(cursor));
  const name = cursor.itemName();
  const macro = MACROS[name];
  return macro === undefined ? [itemNamed(cursor, name)] : macro.map((kind) => ({ kind }));
}

function parseFetchItem(cursor: Cursor): FetchItem {
  return itemNamed(cursor, cursor.itemName());
}

function itemNamed(cursor: Cursor, name: string): FetchItem {
  const simple = SIMPLE[name];
  if (simple !== undefined) return { kind: simple };
  const old = RFC822[name];
  if (old !== undefined) return { kind: 'section', ...old, partial: null, label: name };
  switch (name) {
    case 'BODY':
    case 'BODY.PEEK':
      if (cursor.sees('[')) return parseSectionItem(cursor, name === 'BODY.PEEK');
      if (name === 'BODY') return { kind: 'body' };
      break;
    case 'PREVIEW':
      return parsePreview(cursor);
    case 'BINARY':
    case 'BINARY.PEEK':
      return parseBinary(cursor, name === 'BINARY.PEEK');
    case 'BINARY.SIZE': {
      const path = parseBinaryPath(cursor);
      return { kind: 'binarySize', path, label: `BINARY.SIZE[${path.join('.')}]` };
    }
  }
  throw new ImapSyntaxError(`unknown fetch item ${name}`);
}

/** RFC 8970 §3: with LAZY the server may answer NIL; ours were made at delivery and cost nothing. */
function parsePreview(cursor: Cursor): FetchItem {
  if (cursor.take(' (')) {
    cursor.expect('LAZY');
    cursor.expect(')');
  }
  return { kind: 'preview' };
}

function parseSectionItem(cursor: Cursor, isPeek: boolean): FetchItem {
  cursor.expect('[');
  const section = parseSectionSpec(cursor);
  const partial = parsePartial(cursor);
  const origin = partial === null ? '' : `<${partial.first}>`;
  return { kind: 'section', section, partial, isPeek, label: `BODY[${formatSection(section)}]${origin}` };
}

/** A section as it stands in a URL (RFC 5092 §6.2): `1.MIME`; nothing for the message itself. Null where it is none. */
export function parseSection(text: string): Section | null {
  const cursor = new Cursor(`${text}]`);
  try {
    const section = parseSectionSpec(cursor);
    return cursor.isAtEnd ? section : null;
  } catch (error) {
    if (error instanceof ImapSyntaxError) return null;
    throw error;
  }
}

/** A section and its closing bracket. */
function parseSectionSpec(cursor: Cursor): Section {
  const path = parsePath(cursor);
  const section = { path, ...parseSectionText(cursor, path) };
  cursor.expect(']');
  return section;
}

/** Part numbers; a dot after them leads to the section's text. */
function parsePath(cursor: Cursor): number[] {
  const path: number[] = [];
  while (cursor.seesDigit()) {
    path.push(cursor.nonZeroNumber());
    if (!cursor.take('.')) return path;
  }
  return path;
}

function parseSectionText(cursor: Cursor, path: readonly number[]): Pick<Section, 'what' | 'fields'> {
  if (cursor.sees(']')) return { what: 'all', fields: [] };
  if (cursor.take('HEADER.FIELDS.NOT')) return { what: 'headerFieldsNot', fields: parseFieldNames(cursor) };
  if (cursor.take('HEADER.FIELDS')) return { what: 'headerFields', fields: parseFieldNames(cursor) };
  if (cursor.take('HEADER')) return { what: 'header', fields: [] };
  if (cursor.take('TEXT')) return { what: 'text', fields: [] };
  // RFC 9051 §6.4.5: MIME needs a part number.
  if (path.length > 0 && cursor.take('MIME')) return { what: 'mime', fields: [] };
  return cursor.fail('a section');
}

function parseFieldNames(cursor: Cursor): string[] {
  cursor.space();
  return cursor.list(() => cursor.astring());
}

function parsePartial(cursor: Cursor): PartialRange | null {
  if (!cursor.take('<')) return null;
  const first = cursor.number();
  // Some clients leave the count out, and mean the rest.
  const count = cursor.take('.') ? cursor.nonZeroNumber() : Number.POSITIVE_INFINITY;
  cursor.expect('>');
  return { first, count };
}

function parseBinary(cursor: Cursor, isPeek: boolean): FetchItem {
  const path = parseBinaryPath(cursor);
  const partial = parsePartial(cursor);
  const origin = partial === null ? '' : `<${partial.first}>`;
  return { kind: 'binary', path, partial, isPeek, label: `BINARY[${path.join('.')}]${origin}` };
}

function parseBinaryPath(cursor: Cursor): number[] {
  cursor.expect('[');
  const path = parsePath(cursor);
  cursor.expect(']');
  return path;
}

function formatSection(section: Section): string {
  const path = section.path.join('.');
  const text = formatSectionText(section);
  return path !== '' && text !== '' ? `${path}.${text}` : path + text;
}

function formatSectionText({ what, fields }: Section): string {
  switch (what) {
    case 'all':
      return '';
    case 'header':
      return 'HEADER';
    case 'text':
      return 'TEXT';
    case 'mime':
      return 'MIME';
    case 'headerFields':
      return `HEADER.FIELDS (${fields.map(formatAstring).join(' ')})`;
    case 'headerFieldsNot':
      return `HEADER.FIELDS.NOT (${fields.map(formatAstring).join(' ')})`;
  }
}
