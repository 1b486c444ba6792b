/**
 * Unpacking of reports: gzip and zip, as reporters send them, within bounds.
 *
 * RFC 1952 (gzip), RFC 1951 (deflate). Invariants: never rejects; not more than MAX_REPORT_OCTETS are ever unpacked, whatever an
 * archive says of itself, and the work runs in Node's thread pool. Of a zip archive the first file is read where it lies: its
 * directory, which could lead anywhere, is not.
 */
import { gunzip, inflateRaw } from 'node:zlib';
import { MAX_REPORT_OCTETS } from './limits.ts';

/** null where it cannot be unpacked, or is too large. What is no archive comes back as it is. */
export async function unpack(octets: Uint8Array): Promise<Uint8Array | null> {
  if (octets[0] === 0x1f && octets[1] === 0x8b) return inflate(gunzip, octets);
  if (octets[0] === 0x50 && octets[1] === 0x4b) return unzip(octets);
  return octets.length > MAX_REPORT_OCTETS ? null : octets;
}

function inflate(how: typeof gunzip | typeof inflateRaw, octets: Uint8Array): Promise<Uint8Array | null> {
  return new Promise((resolve) => {
    how(octets, { maxOutputLength: MAX_REPORT_OCTETS }, (error, result) => {
      resolve(error === null ? result : null);
    });
  });
}

const LOCAL_HEADER = 0x04034b50;
const LOCAL_HEADER_OCTETS = 30;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;

/** The first file: its local header (PKWARE APPNOTE §4.3.7), then its data. */
async function unzip(octets: Uint8Array): Promise<Uint8Array | null> {
  if (octets.length < LOCAL_HEADER_OCTETS) return null;
  const header = new DataView(octets.buffer, octets.byteOffset, octets.length);
  if (header.getUint32(0, true) !== LOCAL_HEADER || (header.getUint16(6, true) & ENCRYPTED) !== 0)
    return null;
  const start = LOCAL_HEADER_OCTETS + header.getUint16(26, true) + header.getUint16(28, true);
  switch (header.getUint16(8, true)) {
    case STORED:
      return octets.subarray(start, start + Math.min(header.getUint32(18, true), MAX_REPORT_OCTETS));
    case DEFLATED:
      return inflate(inflateRaw, octets.subarray(start));
    default:
      return null;
  }
}
