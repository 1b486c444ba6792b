/**
 * Message summary: what lists show of a message, as FETCH answers it (RFC 9051 §7.5.2), made once so that a long list is only
 * copied.
 *
 * Flow: the search thread makes it when mail has come to rest → storage → FETCH. Invariants: a text is only there where it is
 * the same for every client: plain ASCII, so with or without UTF-8; all else is made from the index when it is asked for.
 */
import type { IndexedPart, MessageIndex } from '../../../format/message-index.ts';
import { formatBodyStructure } from '../../../protocol/imap/grammar/format-body-structure.ts';
import { formatEnvelope } from '../../../protocol/imap/grammar/format-envelope.ts';
import type { MessageSummary } from '../port.ts';

/** Octets of header fields that are kept; what has more is read from the message. */
const MOST_FIELD_OCTETS = 4_000;
/** A structure beyond this is rare, and as quickly made as read. */
const MOST_STRUCTURE_CHARACTERS = 8_000;

/** What clients list messages by. None of them is among the fields that a delivered copy has of its own. */
const KEPT_FIELDS = [
  'bcc',
  'cc',
  'content-type',
  'date',
  'disposition-notification-to',
  'from',
  'importance',
  'in-reply-to',
  'list-archive',
  'list-help',
  'list-id',
  'list-owner',
  'list-post',
  'list-subscribe',
  'list-unsubscribe',
  'list-unsubscribe-post',
  'message-id',
  'mime-version',
  'newsgroups',
  'precedence',
  'priority',
  'references',
  'reply-to',
  'sender',
  'subject',
  'to',
  'x-label',
  'x-mailer',
  'x-priority',
  'x-spam-flag',
  'x-spam-status',
];
const IS_KEPT: ReadonlySet<string> = new Set(KEPT_FIELDS);
const KEPT = fieldPattern(KEPT_FIELDS);
const PRINTABLE = /^[\t\r\n\x20-\x7e]*$/;

/** `readHeader` answers the octets of the header section, or null where that is too much to read. */
export function summarize(index: MessageIndex, readHeader: () => Uint8Array | null): MessageSummary {
  const structure = isTheSameForAll(index.root)
    ? formatBodyStructure(index.root, { isExtended: true, isUtf8: true })
    : '';
  return {
    envelope: keep(formatEnvelope(index.envelope, true)),
    structure: structure === '' || structure.length > MOST_STRUCTURE_CHARACTERS ? null : keep(structure),
    fields: keepFields(readHeader()),
  };
}

/** Whether a summary's fields are enough for HEADER.FIELDS with these names. */
export function hasKeptFields(names: readonly string[]): boolean {
  return names.every((name) => IS_KEPT.has(name.toLowerCase()));
}

/** Matches the header fields with these names, each with its continuation lines. */
export function fieldPattern(names: readonly string[]): RegExp {
  const escaped = names.map((name) => name.replace(/[^A-Za-z0-9-]/g, '\\$&'));
  const name = `(?<![^\\n])(?:${escaped.join('|')})(?:[^\\S\\n]|\\n[ \\t])*:`;
  return new RegExp(`${name}[^\\n]*(?:\\n[ \\t][^\\n]*)*\\n?`, 'gi');
}

/** Literals count octets, which are characters only of ASCII. */
function keep(text: string): string | null {
  return PRINTABLE.test(text) ? text : null;
}

/** RFC 3501 does not know message/global. */
function isTheSameForAll(part: IndexedPart): boolean {
  if (part.message !== null) return part.subtype === 'rfc822' && isTheSameForAll(part.message.root);
  return part.children.every(isTheSameForAll);
}

function keepFields(header: Uint8Array | null): string | null {
  if (header === null) return null;
  const text = Buffer.from(header.buffer, header.byteOffset, header.length).toString('latin1');
  const fields = (text.match(KEPT) ?? []).join('');
  return fields.length > MOST_FIELD_OCTETS ? null : keep(fields);
}
