/**
 * Mailbox names on the wire: modified UTF-7 (RFC 3501 §5.1.3) until the client enables UTF-8, UTF-8 from then on
 * (RFC 9051 §5.1, RFC 6855).
 *
 * Invariants: never throws; encoding and decoding are inverse for every well-formed Unicode name.
 */
import { decodeOctets } from './cursor.ts';

const PRINTABLE_RUN = /[\x20-\x25\x27-\x7e]+|&|[^\x20-\x7e]+/g;

/** A name as the client sent it, to Unicode. What is no modified UTF-7 is taken as it stands. */
export function decodeMailboxName(octets: string, isUtf8: boolean): string {
  const text = decodeOctets(octets);
  if (isUtf8 || !text.includes('&')) return text;
  return text.replace(/&([A-Za-z0-9+,]*)-/g, (whole, encoded: string) => {
    if (encoded === '') return '&';
    return decodeShifted(encoded) ?? whole;
  });
}

/** A Unicode name as this client can read it. */
export function encodeMailboxName(name: string, isUtf8: boolean): string {
  if (isUtf8) return name;
  return name.replace(PRINTABLE_RUN, (run) => {
    if (run === '&') return '&-';
    const first = run.charCodeAt(0);
    return first >= 0x20 && first <= 0x7e ? run : `&${encodeShifted(run)}-`;
  });
}

function encodeShifted(text: string): string {
  const utf16 = Buffer.from(text, 'utf16le').swap16();
  return utf16.toString('base64').replace(/=+$/, '').replaceAll('/', ',');
}

function decodeShifted(encoded: string): string | null {
  const utf16 = Buffer.from(encoded.replaceAll(',', '/'), 'base64');
  if (utf16.length === 0 || utf16.length % 2 !== 0) return null;
  return utf16.swap16().toString('utf16le');
}
