/**
 * message/delivery-status: the part of a DSN that programs read.
 *
 * RFC 3464 §2 (fields), RFC 6533 §3 (message/global-delivery-status: UTF-8 in addresses and diagnostics).
 * Invariants: a value can neither end its field nor its group, whatever a peer's reply had in it; lines stay short.
 */
import { encodeUtf8Address } from './dsn-request.ts';
import type { OriginalRecipient } from './dsn-request.ts';
import { formatDateTime } from './date-time.ts';

/** RFC 3464 §2.3.3 */
export type DsnAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

export interface RecipientStatus {
  readonly originalRecipient?: OriginalRecipient;
  readonly finalRecipient: string;
  readonly action: DsnAction;
  /** RFC 3463, e.g. `5.1.1`. */
  readonly status: string;
  /** Name of the MTA that answered. */
  readonly remoteMta?: string;
  /** Its reply, or our own sentence where no other MTA is to blame. */
  readonly diagnostic?: string;
  /** Times in milliseconds since 1970 UTC. */
  readonly lastAttemptAt?: number;
  readonly willRetryUntil?: number;
}

export interface DeliveryStatus {
  readonly reportingMta: string;
  /** When the message came to us, in milliseconds since 1970 UTC. */
  readonly arrivedAt: number;
  readonly originalEnvelopeId?: string;
  readonly recipients: readonly RecipientStatus[];
}

/** A peer may answer with many lines; a DSN needs the gist. */
const MAX_VALUE_CHARACTERS = 2000;
/** RFC 5322 §2.1.1: 78 characters are for people; a word that is longer is cut before 998 octets. */
const LINE_CHARACTERS = 78;
const WORD = /[^ ]{1,240}/gu;

/** The part's content. `allowUtf8`: it is message/global-delivery-status. */
export function formatDeliveryStatus(status: DeliveryStatus, options: { allowUtf8: boolean }): string {
  const groups = [messageFields(status), ...status.recipients.map((each) => recipientFields(each, options))];
  return groups
    .map((fields) => fields.map(([name, value]) => formatField(name, value, options)).join(''))
    .join('\r\n');
}

type Field = readonly [name: string, value: string];

function messageFields(status: DeliveryStatus): readonly Field[] {
  return [
    ...(status.originalEnvelopeId === undefined
      ? []
      : [['Original-Envelope-Id', status.originalEnvelopeId] as const]),
    ['Reporting-MTA', `dns; ${status.reportingMta}`],
    ['Arrival-Date', formatDateTime(status.arrivedAt)],
  ];
}

function recipientFields(recipient: RecipientStatus, options: { allowUtf8: boolean }): readonly Field[] {
  const { originalRecipient, finalRecipient, action, status, remoteMta, diagnostic } = recipient;
  const fields: Field[] = [];
  if (originalRecipient !== undefined) {
    fields.push(['Original-Recipient', formatTypedAddress(originalRecipient, options)]);
  }
  fields.push(
    ['Final-Recipient', formatTypedAddress(typedAddress(finalRecipient), options)],
    ['Action', action],
    ['Status', status],
  );
  if (remoteMta !== undefined) fields.push(['Remote-MTA', `dns; ${remoteMta}`]);
  // RFC 3464 §2.3.6: `smtp` is the type of a reply that another MTA gave.
  const diagnosticType = remoteMta === undefined ? 'x-postroom' : 'smtp';
  if (diagnostic !== undefined) fields.push(['Diagnostic-Code', `${diagnosticType}; ${diagnostic}`]);
  if (recipient.lastAttemptAt !== undefined) {
    fields.push(['Last-Attempt-Date', formatDateTime(recipient.lastAttemptAt)]);
  }
  if (recipient.willRetryUntil !== undefined) {
    fields.push(['Will-Retry-Until', formatDateTime(recipient.willRetryUntil)]);
  }
  return fields;
}

/** RFC 6533 §3: an address beyond ASCII has a type of its own. */
function typedAddress(address: string): OriginalRecipient {
  return { type: /[^\x00-\x7f]/.test(address) ? 'utf-8' : 'rfc822', address };
}

function formatTypedAddress({ type, address }: OriginalRecipient, options: { allowUtf8: boolean }): string {
  if (type !== 'utf-8' || options.allowUtf8) return `${type}; ${address}`;
  return `${type}; ${encodeUtf8Address(address, options)}`;
}

function formatField(name: string, value: string, options: { allowUtf8: boolean }): string {
  const clean = value.slice(0, MAX_VALUE_CHARACTERS).replace(/[\s\x00-\x1f\x7f-\x9f]+/gu, ' ');
  const text = options.allowUtf8 ? clean : clean.replace(/[^\x20-\x7e]/gu, '?');
  return fold(`${name}: ${text.trim()}`);
}

/** Breaks a field at spaces; ended by CRLF. */
function fold(field: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of field.match(WORD) ?? []) {
    if (line !== '' && line.length + 1 + word.length > LINE_CHARACTERS) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return `${[...lines, line].join('\r\n ')}\r\n`;
}

/** Fields of one group, by name in lower case, unfolded. */
export type StatusFields = ReadonlyMap<string, string>;

/** Reads a delivery-status part: the fields about the message, then those of each recipient. Never throws. */
export function parseDeliveryStatus(content: string): {
  readonly message: StatusFields;
  readonly recipients: readonly StatusFields[];
} {
  const unfolded = content.replace(/\r?\n[ \t]+/g, ' ');
  const groups = unfolded.split(/(?:\r?\n){2,}/).filter((group) => group.trim() !== '');
  const [message = new Map<string, string>(), ...recipients] = groups.map(parseGroup);
  return { message, recipients };
}

function parseGroup(group: string): StatusFields {
  const fields = new Map<string, string>();
  for (const line of group.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}
