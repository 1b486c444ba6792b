/**
 * A delivery status notification as octets: multipart/report of a text, the delivery status, and the message it is about.
 *
 * RFC 3464, RFC 6522 (multipart/report), RFC 6533 (internationalized), RFC 3834 §5 (Auto-Submitted). Flow: bounce stage → here.
 * Invariants: the returned message is not held: what comes before and after it is, and the caller streams it between.
 */
import { formatDateTime } from './date-time.ts';
import { formatDeliveryStatus } from './dsn-status.ts';
import type { DeliveryStatus } from './dsn-status.ts';
import { dsnSubject, dsnSystemName, dsnText } from './dsn-texts.ts';
import type { DsnLanguage, ReturnedPart } from './dsn-texts.ts';
import { formatEncodedWords } from './encoded-word.ts';

export interface Dsn {
  readonly status: DeliveryStatus;
  readonly language: DsnLanguage;
  /** Name of the report: letters and digits that nobody could guess, since the parts' boundary is made of it. */
  readonly id: string;
  /** When it is made, in milliseconds since 1970 UTC. */
  readonly date: number;
  /** Who answers questions about it; an address. */
  readonly from: string;
  /** The sender of the message it is about; an address. */
  readonly to: string;
  /** The message it is about. */
  readonly original: {
    /** Decoded; empty where there is none. */
    readonly subject: string;
    /** With its angle brackets. */
    readonly messageId: string | null;
  };
  readonly returned: ReturnedPart;
  /** The message came with SMTPUTF8: the report may hold UTF-8 in header fields and needs SMTPUTF8 as well. */
  readonly smtpUtf8: boolean;
}

/** What stands before and after the octets of the returned message or header section. */
export interface DsnFrame {
  readonly opening: Uint8Array;
  readonly closing: Uint8Array;
}

export function formatDsn(dsn: Dsn): DsnFrame {
  const boundary = `=_postroom_${dsn.id}`;
  const { smtpUtf8, returned } = dsn;
  const parts = [
    formatPart('text/plain; charset=utf-8', dsnText(dsn.language, dsn.status, { ...dsn.original, returned })),
    formatPart(
      smtpUtf8 ? 'message/global-delivery-status' : 'message/delivery-status',
      formatDeliveryStatus(dsn.status, { allowUtf8: smtpUtf8 }),
    ),
  ];
  if (returned !== 'nothing') parts.push(formatPart(returnedType(dsn), ''));
  const delimiter = `\r\n--${boundary}`;
  const opening = formatHeader(dsn, boundary) + parts.map((part) => `${delimiter}\r\n${part}`).join('');
  const encoder = new TextEncoder();
  return { opening: encoder.encode(opening), closing: encoder.encode(`${delimiter}--\r\n`) };
}

/** RFC 6522 §4 for the header section; RFC 6533 §4 for what came with SMTPUTF8. */
function returnedType({ returned, smtpUtf8 }: Dsn): string {
  if (returned === 'headers') return smtpUtf8 ? 'message/global-headers' : 'text/rfc822-headers';
  return smtpUtf8 ? 'message/global' : 'message/rfc822';
}

/** Every part may hold octets beyond ASCII: the text is UTF-8, and a message comes back as it came (RFC 2045 §6.4). */
function formatPart(type: string, content: string): string {
  return `Content-Type: ${type}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content}`;
}

function formatHeader(dsn: Dsn, boundary: string): string {
  const { original, status, language } = dsn;
  const fields = [
    `Date: ${formatDateTime(dsn.date)}`,
    `From: ${formatEncodedWords(dsnSystemName(language))} <${dsn.from}>`,
    `To: <${dsn.to}>`,
    `Subject: ${formatEncodedWords(dsnSubject(language, status, original.subject))}`,
    `Message-ID: <${dsn.id}@${status.reportingMta}>`,
    ...threadFields(original.messageId),
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n boundary="${boundary}"`,
    'Content-Transfer-Encoding: 8bit',
  ];
  return fields.map((field) => `${field}\r\n`).join('');
}

/** A well-formed Message-ID lets mail programs show the report beside the message. */
function threadFields(messageId: string | null): readonly string[] {
  if (messageId === null || !/^<[\x21-\x3b\x3d\x3f-\x7e]{1,500}>$/.test(messageId)) return [];
  return [`In-Reply-To: ${messageId}`, `References: ${messageId}`];
}
