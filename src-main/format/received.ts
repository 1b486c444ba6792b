/**
 * The Received trace field that every MTA puts on top of a message it accepts.
 *
 * RFC 5321 §4.4 (syntax, when `for` may stand), RFC 3848 and RFC 6531 §4.3 (`with`), RFC 8314 §7.4 (TLS in it).
 * Invariants: what it is given was checked where it was parsed, so no value holds CR, LF or NUL.
 */
import { isIpv4 } from './domain.ts';

export interface TraceFacts {
  /** What the client called itself in HELO or EHLO. */
  readonly remoteName: string;
  readonly remoteAddress: string;
  readonly hostname: string;
  readonly isExtended: boolean;
  readonly isSignedIn: boolean;
  readonly smtpUtf8: boolean;
  readonly tls: { readonly version: string; readonly cipher: string } | undefined;
  readonly id: string;
  /** Forward-paths of the transaction. */
  readonly recipients: readonly string[];
  /** date-time of RFC 5322 §3.3 */
  readonly date: string;
}

/** The whole field, folded, ended by CRLF. */
export function formatReceived(facts: TraceFacts): string {
  const lines = [`Received: from ${facts.remoteName} (${formatAddressLiteral(facts.remoteAddress)})`];
  if (facts.tls !== undefined) lines.push(`(using ${facts.tls.version} with cipher ${facts.tls.cipher})`);
  lines.push(`by ${facts.hostname} with ${transmissionType(facts)} id ${facts.id}`);
  const [only] = facts.recipients;
  // RFC 5321 §7.2: naming one of several recipients would tell it to the others.
  if (only !== undefined && facts.recipients.length === 1) lines.push(`for <${only}>`);
  return `${lines.join('\r\n\t')};\r\n\t${facts.date}\r\n`;
}

/** `ESMTPSA` and its kin (RFC 3848); `UTF8SMTPSA` when SMTPUTF8 was used (RFC 6531 §4.3). */
export function transmissionType(
  facts: Pick<TraceFacts, 'isExtended' | 'isSignedIn' | 'smtpUtf8' | 'tls'>,
): string {
  if (!facts.isExtended) return 'SMTP';
  const security = `${facts.tls === undefined ? '' : 'S'}${facts.isSignedIn ? 'A' : ''}`;
  return `${facts.smtpUtf8 ? 'UTF8SMTP' : 'ESMTP'}${security}`;
}

/** `[192.0.2.1]` or `[IPv6:2001:db8::1]`; an IPv4 address that came over an IPv6 socket is shown as IPv4. */
export function formatAddressLiteral(ipAddress: string): string {
  const plain = ipAddress.replace(/^::ffff:(?=\d+\.)/i, '');
  return isIpv4(plain) ? `[${plain}]` : `[IPv6:${plain}]`;
}
