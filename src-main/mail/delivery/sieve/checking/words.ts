/** The words that commands and tests take: names of header fields, mailboxes, variables, dates' parts, time zones. */
import { parseAddress } from '../../../../format/address.ts';
import { parseMailto } from '../../../../format/mailto.ts';
import { MAX_VARIABLE_NAME_CHARACTERS } from '../limits.ts';

/** RFC 5228 §5.1: header fields that hold addresses. */
const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'sender',
  'reply-to',
  'resent-from',
  'resent-to',
  'resent-cc',
  'resent-bcc',
  'resent-sender',
  'resent-reply-to',
  'return-path',
  'delivered-to',
  'x-original-to',
  'x-forwarded-to',
  'x-forwarded-for',
  'envelope-to',
  'errors-to',
  'mail-followup-to',
  'mail-reply-to',
  'mail-copies-to',
  'disposition-notification-to',
  'return-receipt-to',
  'apparently-to',
  'approved',
  'x-envelope-from',
  'x-envelope-to',
]);

/** RFC 5260 §4.2 */
export const DATE_PARTS = [
  'year',
  'month',
  'day',
  'date',
  'julian',
  'hour',
  'minute',
  'second',
  'time',
  'iso8601',
  'std11',
  'zone',
  'weekday',
] as const;
export type DatePart = (typeof DATE_PARTS)[number];

/** Octets of a mailbox's name; what the mailstore takes is shorter than that. */
const MAX_MAILBOX_NAME_CHARACTERS = 1000;

export function isAddressField(name: string): boolean {
  return ADDRESS_FIELDS.has(name.toLowerCase());
}

/** RFC 5322 §3.6.8 */
export function isFieldName(name: string): boolean {
  return /^[\x21-\x39\x3b-\x7e]+$/.test(name);
}

export function isMailboxName(name: string): boolean {
  return name !== '' && name.length <= MAX_MAILBOX_NAME_CHARACTERS && !/[\p{Cc}\u2028\u2029]/u.test(name);
}

/** An identifier, or one of the namespace `global` (RFC 6609 §3.4.2). Match variables cannot be set (RFC 5229 §4). */
export function isVariableName(name: string): boolean {
  return name.length <= MAX_VARIABLE_NAME_CHARACTERS && /^(?:global\.)?[A-Za-z_][A-Za-z0-9_]*$/i.test(name);
}

export function isDatePart(part: string): boolean {
  return DATE_PARTS.some((each) => each === part.toLowerCase());
}

export function isZone(zone: string): boolean {
  return /^[+-](?:0\d|1[0-4])[0-5]\d$/.test(zone);
}

/** RFC 5435 §3.1: the one way of telling somebody is a message (RFC 5436). */
export function isNotifyMethod(uri: string): boolean {
  const mailto = parseMailto(uri);
  return mailto !== null && mailto.to.length > 0 && mailto.to.every((address) => parseAddress(address).ok);
}
