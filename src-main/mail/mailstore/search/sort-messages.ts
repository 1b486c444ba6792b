/** Sort: messages in the order of SORT's criteria (RFC 5256 §3; DISPLAYFROM, DISPLAYTO: RFC 5957). */
import { decodeEncodedWords } from '../../../format/encoded-word.ts';
import type { IndexedAddress, MessageIndex } from '../../../format/message-index.ts';
import type { MessageEntry, Uid } from '../port.ts';
import { baseSubject } from './base-subject.ts';
import type { SortCriterion, SortField } from './port.ts';
import { casemap, compareFolded } from './search-text.ts';

/** What SORT and THREAD know of a content. Texts are case-mapped (RFC 5051), so that they compare as they stand. */
export interface ContentFacts {
  readonly sentAt: number | null;
  /** The base subject. */
  readonly subject: string;
  readonly isReply: boolean;
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly displayFrom: string;
  readonly displayTo: string;
  readonly messageId: string;
  readonly references: readonly string[];
}

/** The same of a message. */
export interface SortFacts {
  readonly uid: Uid;
  readonly arrivedAt: number;
  /** RFC 5256 §2.2: of the Date field in UTC; INTERNALDATE where that cannot be read. */
  readonly sentAt: number;
  readonly sizeBytes: number;
  readonly content: ContentFacts;
}

export function readContentFacts({ envelope, subject, sentAt, references }: MessageIndex): ContentFacts {
  const base = baseSubject(subject);
  return {
    sentAt,
    subject: casemap(base.text),
    isReply: base.isReply,
    from: firstMailbox(envelope.from),
    to: firstMailbox(envelope.to),
    cc: firstMailbox(envelope.cc),
    displayFrom: displayName(envelope.from[0]),
    displayTo: displayName(envelope.to[0]),
    messageId: envelope.messageId?.trim() ?? '',
    references,
  };
}

export function describeMessage(
  entry: Pick<MessageEntry, 'uid' | 'internalDate' | 'sizeBytes'>,
  content: ContentFacts,
): SortFacts {
  const { uid, internalDate, sizeBytes } = entry;
  return { uid, arrivedAt: internalDate, sentAt: content.sentAt ?? internalDate, sizeBytes, content };
}

type SortKey = string | number;

export function sortMessages(
  messages: readonly SortFacts[],
  criteria: readonly SortCriterion[],
): Uint32Array {
  const columns = criteria.map(({ field, isReverse }) => {
    const keys = messages.map((facts) => sortKey(facts, field));
    return { keys, compare: comparerOf(keys), sign: isReverse ? -1 : 1 };
  });
  const uids = Uint32Array.from(messages, ({ uid }) => uid);
  const order = Uint32Array.from(uids.keys()).sort((a, b) => {
    for (const { keys, compare, sign } of columns) {
      const result = compare(keys[a] ?? '', keys[b] ?? '');
      if (result !== 0) return sign * result;
    }
    // RFC 5256 §3: by sequence number where nothing else decides; REVERSE does not touch that.
    return (uids[a] ?? 0) - (uids[b] ?? 0);
  });
  return order.map((at) => uids[at] ?? 0);
}

/** Keys of one column are all numbers or all texts. */
function comparerOf(keys: readonly SortKey[]): (a: SortKey, b: SortKey) => number {
  if (typeof keys[0] !== 'string') return (a, b) => Number(a) - Number(b);
  const texts = keys as readonly string[];
  // Units of UTF-16 have the order of code points where there are no surrogates.
  if (texts.some((text) => SURROGATE.test(text))) return (a, b) => compareFolded(String(a), String(b));
  return (a, b) => (a === b ? 0 : a < b ? -1 : 1);
}

const SURROGATE = /[\ud800-\udfff]/;

function sortKey(facts: SortFacts, field: SortField): SortKey {
  switch (field) {
    case 'arrival':
      return facts.arrivedAt;
    case 'date':
      return facts.sentAt;
    case 'size':
      return facts.sizeBytes;
    default:
      return facts.content[field];
  }
}

/** RFC 5256 §3: the addr-mailbox of the first address, empty where there is none. */
function firstMailbox(addresses: readonly IndexedAddress[]): string {
  return casemap(addresses[0]?.mailbox ?? '');
}

/** RFC 5957 §2: the decoded display name, else mailbox@host; the name of a group. */
function displayName(address: IndexedAddress | undefined): string {
  if (address === undefined) return '';
  const { name, mailbox, host } = address;
  if (name !== null && name !== '') return casemap(decodeEncodedWords(name));
  return casemap(host === null ? (mailbox ?? '') : `${mailbox ?? ''}@${host}`);
}
