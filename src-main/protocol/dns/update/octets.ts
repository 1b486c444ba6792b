/** Names and numbers as DNS has them on the wire (RFC 1035 §3.1, §4.1.4). */
import { MAX_LABEL_OCTETS, MAX_NAME_OCTETS, MAX_POINTERS } from './limits.ts';

/** A message that is none; thrown while one is read, and caught by readMessage(). */
export class DnsFormatError extends Error {
  override name = 'DnsFormatError' as const;
}

export function uint16(...numbers: readonly number[]): Buffer {
  const octets = Buffer.alloc(2 * numbers.length);
  numbers.forEach((number, index) => octets.writeUInt16BE(number, 2 * index));
  return octets;
}

export function uint32(number: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(number);
  return octets;
}

/** RFC 8945 §4.2: seconds since 1970 in 48 bits. */
export function uint48(number: number): Buffer {
  const octets = Buffer.alloc(6);
  octets.writeUIntBE(number, 0, 6);
  return octets;
}

/** Without compression; a dot at the end does not matter. Throws where a label or the name is too long. */
export function encodeName(name: string): Buffer {
  const labels = name.replace(/\.$/u, '').split('.');
  const parts = name === '' || name === '.' ? [] : labels.map(encodeLabel);
  const octets = Buffer.concat([...parts, Buffer.alloc(1)]);
  if (octets.length > MAX_NAME_OCTETS) throw new DnsFormatError(`the name ${name} is too long`);
  return octets;
}

function encodeLabel(label: string): Buffer {
  const octets = Buffer.from(label, 'latin1');
  if (octets.length === 0 || octets.length > MAX_LABEL_OCTETS)
    throw new DnsFormatError(`"${label}" is no label of a name`);
  return Buffer.from([octets.length, ...octets]);
}

/** The name at `at`, its letters as they are, without the dot at the end; `next` is behind it. */
export function decodeName(octets: Buffer, at: number): { readonly name: string; readonly next: number } {
  const labels: string[] = [];
  let next: number | null = null;
  let position = at;
  for (let pointers = 0; pointers <= MAX_POINTERS;) {
    const length = octets[position];
    if (length === undefined) break;
    if (length === 0) return { name: labels.join('.'), next: next ?? position + 1 };
    if (length >= 0xc0) {
      // RFC 1035 §4.1.4: the rest stands elsewhere.
      next ??= position + 2;
      pointers++;
      position = readUint16(octets, position) & 0x3fff;
      continue;
    }
    const end = position + 1 + length;
    if (length > MAX_LABEL_OCTETS || end > octets.length || labels.length > MAX_POINTERS) break;
    labels.push(octets.toString('latin1', position + 1, end));
    position = end;
  }
  throw new DnsFormatError('a name does not end');
}

export function readUint16(octets: Buffer, at: number): number {
  if (at + 2 > octets.length) throw new DnsFormatError('the message ends too soon');
  return octets.readUInt16BE(at);
}

export function readUint32(octets: Buffer, at: number): number {
  if (at + 4 > octets.length) throw new DnsFormatError('the message ends too soon');
  return octets.readUInt32BE(at);
}

export function readOctets(octets: Buffer, at: number, length: number): Buffer {
  if (at + length > octets.length) throw new DnsFormatError('the message ends too soon');
  return octets.subarray(at, at + length);
}
