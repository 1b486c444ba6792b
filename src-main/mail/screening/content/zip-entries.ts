/** Names in a ZIP archive, from pieces of it: local headers and the central directory, wherever they can be made out. */
import { MAX_ARCHIVE_NAMES } from '../limits.ts';

export interface ZipEntry {
  readonly name: string;
  readonly isEncrypted: boolean;
}

/** Offsets in the two kinds of header that name a file (APPNOTE.TXT §4.3.7, §4.3.12). */
const LOCAL = { signature: 0x0403_4b50, flags: 6, nameLength: 26, name: 30 };
const CENTRAL = { signature: 0x0201_4b50, flags: 8, nameLength: 28, name: 46 };
const ENCRYPTED = 0x01;
const UTF8_NAME = 0x800;
const MAX_NAME_OCTETS = 1024;

const utf8 = new TextDecoder('utf-8');
const latin1 = new TextDecoder('latin1');

/** Each name once. */
export function readZipEntries(pieces: readonly Uint8Array[]): readonly ZipEntry[] {
  const entries = new Map<string, ZipEntry>();
  for (const piece of pieces) {
    for (const entry of entriesIn(piece)) {
      if (entries.size === MAX_ARCHIVE_NAMES) break;
      const isEncrypted = entry.isEncrypted || entries.get(entry.name)?.isEncrypted === true;
      entries.set(entry.name, { ...entry, isEncrypted });
    }
  }
  return [...entries.values()];
}

function* entriesIn(octets: Uint8Array): Generator<ZipEntry> {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  for (let at = octets.indexOf(0x50); at >= 0; at = octets.indexOf(0x50, at + 1)) {
    if (at + CENTRAL.name > octets.length) return;
    const signature = view.getUint32(at, true);
    const shape = [LOCAL, CENTRAL].find((each) => each.signature === signature);
    const entry = shape === undefined ? null : readEntry(view, at, shape);
    if (entry !== null) yield entry;
  }
}

function readEntry(view: DataView, at: number, shape: typeof LOCAL): ZipEntry | null {
  const length = view.getUint16(at + shape.nameLength, true);
  const start = at + shape.name;
  if (length === 0 || length > MAX_NAME_OCTETS || start + length > view.byteLength) return null;
  const flags = view.getUint16(at + shape.flags, true);
  const octets = new Uint8Array(view.buffer, view.byteOffset + start, length);
  const name = (flags & UTF8_NAME) === 0 ? latin1.decode(octets) : utf8.decode(octets);
  return { name, isEncrypted: (flags & ENCRYPTED) !== 0 };
}
