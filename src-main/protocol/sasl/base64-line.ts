/**
 * How SMTP (RFC 4954 §4), POP3 (RFC 5034 §4) and IMAP (RFC 9051 §6.2.2) put SASL octets on a line: base64, with `*` for
 * giving up and, as initial response, `=` for an empty one.
 */
export type SaslLine =
  | { readonly kind: 'data'; readonly octets: Uint8Array }
  /** The client gives the exchange up. */
  | { readonly kind: 'cancel' }
  | { readonly kind: 'malformed' };

// Padding is required and nothing may follow it (RFC 4648 §3.2), so that one response has one spelling.
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads a client's line that answers a challenge. */
export function decodeSaslLine(line: string): SaslLine {
  if (line === '*') return { kind: 'cancel' };
  if (!BASE64.test(line)) return { kind: 'malformed' };
  return { kind: 'data', octets: Buffer.from(line, 'base64') };
}

/** Reads the initial response that came with the command. */
export function decodeInitialResponse(argument: string): SaslLine {
  return argument === '=' ? { kind: 'data', octets: new Uint8Array(0) } : decodeSaslLine(argument);
}

export function encodeSaslLine(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
}
