/**
 * Indexed fields: what the message index keeps of a header section: the envelope and the MIME fields.
 *
 * RFC 5322 §3.6, RFC 2045, RFC 9051 §7.5.2. Invariants: never throws. Of a repeated field the first counts, but address
 * fields are joined: otherwise one program would check the first From while another shows the second.
 */
import { parseAddressList } from './address-list.ts';
import { parseDateTime } from './date-time.ts';
import { decodeEncodedWords } from './encoded-word.ts';
import { scanFields, unfold } from './field-scanner.ts';
import { MAX_ENVELOPE_ADDRESSES, MAX_REFERENCES } from './limits.ts';
import type { IndexedAddress, IndexedDisposition, IndexedEnvelope, IndexedPart } from './message-index.ts';
import { parseParameterized } from './parameters.ts';

const ADDRESS_FIELDS = new Set(['from', 'sender', 'reply-to', 'to', 'cc', 'bcc']);
const TEXT_FIELDS = new Set([
  'date',
  'subject',
  'message-id',
  'in-reply-to',
  'references',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
  'content-description',
  'content-language',
  'content-location',
  'content-md5',
]);

/** Unfolded values by lower-case name, of the fields an index is made from. */
export type IndexedFields = ReadonlyMap<string, string>;

/** The MIME fields of one part. */
export type MimeFields = Pick<
  IndexedPart,
  | 'type'
  | 'subtype'
  | 'parameters'
  | 'id'
  | 'description'
  | 'encoding'
  | 'disposition'
  | 'language'
  | 'location'
  | 'md5'
>;

const DEFAULT_TYPE = { type: 'text', subtype: 'plain', parameters: { charset: 'us-ascii' } };
/** RFC 2046 §5.1.5: what a part of a digest is when it does not say. */
const DIGEST_TYPE = { type: 'message', subtype: 'rfc822', parameters: {} };
const MEDIA_TYPE = /^([^\s/]+)\s*\/\s*([^\s/]+)$/;

export function collectFields(section: string): IndexedFields {
  const fields = new Map<string, string>();
  scanFields(section, (name, value) => {
    const known = fields.get(name);
    if (ADDRESS_FIELDS.has(name)) {
      fields.set(name, known === undefined ? unfold(value) : `${known}, ${unfold(value)}`);
    } else if (known === undefined && TEXT_FIELDS.has(name)) {
      fields.set(name, unfold(value));
    }
  });
  return fields;
}

export function readEnvelope(fields: IndexedFields): IndexedEnvelope {
  const from = addresses(fields, 'from');
  const sender = addresses(fields, 'sender');
  const replyTo = addresses(fields, 'reply-to');
  return {
    date: nonEmpty(fields.get('date')),
    subject: fields.get('subject') ?? null,
    from,
    // RFC 9051 §7.5.2: an absent or empty Sender or Reply-To is From.
    sender: sender.length > 0 ? sender : from,
    replyTo: replyTo.length > 0 ? replyTo : from,
    to: addresses(fields, 'to'),
    cc: addresses(fields, 'cc'),
    bcc: addresses(fields, 'bcc'),
    inReplyTo: nonEmpty(fields.get('in-reply-to')),
    messageId: nonEmpty(fields.get('message-id')),
  };
}

/** What people see of a message: subject decoded, time sent, thread. */
export function readSummary(fields: IndexedFields): {
  subject: string;
  author: string;
  sentAt: number | null;
  references: readonly string[];
} {
  return {
    subject: decodeEncodedWords(fields.get('subject') ?? ''),
    author: readAuthor(fields.get('from')),
    sentAt: parseDateTime(fields.get('date') ?? ''),
    references: messageIds(fields.get('references')) ?? messageIds(fields.get('in-reply-to')) ?? [],
  };
}

/** The first mailbox of From for people; a group's name is nobody's address. */
function readAuthor(from: string | undefined): string {
  const author = parseAddressList(from ?? '').find(({ host }) => host !== null);
  if (author === undefined) return '';
  const address = `${author.mailbox ?? ''}@${author.host ?? ''}`;
  const name = decodeEncodedWords(author.name ?? '').trim();
  return name === '' ? address : `${name} <${address}>`;
}

export function readMimeFields(fields: IndexedFields, isInDigest: boolean): MimeFields {
  return {
    ...readMediaType(fields.get('content-type'), isInDigest),
    id: nonEmpty(fields.get('content-id')),
    description: nonEmpty(fields.get('content-description')),
    encoding: readEncoding(fields.get('content-transfer-encoding')),
    disposition: readDisposition(fields.get('content-disposition')),
    language: readLanguages(fields.get('content-language')),
    location: nonEmpty(fields.get('content-location')?.replace(/\s+/g, '')),
    md5: nonEmpty(fields.get('content-md5')),
  };
}

/** RFC 2045 §5.2: a missing Content-Type, or one that makes no sense, is text/plain. */
function readMediaType(
  field: string | undefined,
  isInDigest: boolean,
): Pick<MimeFields, 'type' | 'subtype' | 'parameters'> {
  if (field === undefined) return isInDigest ? DIGEST_TYPE : DEFAULT_TYPE;
  const { value, parameters } = parseParameterized(field);
  const match = MEDIA_TYPE.exec(value);
  if (match !== null) {
    return { type: (match[1] ?? '').toLowerCase(), subtype: (match[2] ?? '').toLowerCase(), parameters };
  }
  // `Content-Type: text` is what old mailers wrote.
  return { ...DEFAULT_TYPE, parameters: { ...DEFAULT_TYPE.parameters, ...parameters } };
}

function readEncoding(field: string | undefined): string {
  const [token = ''] = parseParameterized(field ?? '')
    .value.trim()
    .split(/\s/);
  return token === '' ? '7bit' : token.replace(/^"(.*)"$/, '$1').toLowerCase();
}

function readDisposition(field: string | undefined): IndexedDisposition | null {
  if (field === undefined) return null;
  const { value, parameters } = parseParameterized(field);
  return value === '' ? null : { type: value.toLowerCase(), parameters };
}

function readLanguages(field: string | undefined): string[] {
  if (field === undefined) return [];
  return field
    .replace(/\([^)]*\)/g, '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
}

function addresses(fields: IndexedFields, name: string): IndexedAddress[] {
  const value = fields.get(name);
  return value === undefined ? [] : parseAddressList(value, MAX_ENVELOPE_ADDRESSES);
}

function messageIds(field: string | undefined): string[] | null {
  const ids = field?.match(/<[^<>\s]+>/g);
  return ids === undefined || ids === null ? null : ids.slice(-MAX_REFERENCES);
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
