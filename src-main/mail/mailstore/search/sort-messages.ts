/** Sort: messages in the order of SORT's criteria (RFC 5256 §3; DISPLAYFROM, DISPLAYTO: RFC 5957). */
import { decodeEncodedWords } from '../../../format/encoded-word.ts';
import type { IndexedAddress, MessageIndex } from '../../../format/message-index.ts';
import type { MessageEntry, Uid } from '../port.ts';
import { baseSubject } from './base-subject.ts';
import type { SortCriterion, SortField } from './port.ts';
import { casemap, compareFolded } from './search-text.ts';

/** What SORT and THREAD know of a message. Texts are case-mapped (RFC 5051), so that they compare as they stand. */
export interface SortFacts {
  readonly uid: Uid;
  readonly arrivedAt: number;
  /** RFC 5256 §2.2: of the Date field in UTC; INTERNALDATE where that cannot be read. */
  readonly sentAt: number;
  readonly sizeBytes: number;
  readonly subject: string;
  readonly isReply: boolean;
  readonly envelope: MessageIndex['envelope'];
  readonly references: readonly string[];
}

export function readSortFacts(
  entry: Pick<MessageEntry, 'uid' | 'internalDate' | 'sizeBytes'>,
  index: MessageIndex,
): SortFacts {
  const { text, isReply } = baseSubject(index.subject);
  return {
    uid: entry.uid,
    arrivedAt: entry.internalDate,
    sentAt: index.sentAt ?? entry.internalDate,
    sizeBytes: entry.sizeBytes,
    subject: casemap(text),
    isReply,
    envelope: index.envelope,
    references: index.references,
  };
}

type SortKey = string | number;

export function sortMessages(
  messages: readonly SortFacts[],
  criteria: readonly SortCriterion[],
): readonly Uid[] {
  const rows = messages.map((facts) => ({
    uid: facts.uid,
    keys: criteria.map(({ field }) => sortKey(facts, field)),
  }));
  const signs = criteria.map(({ isReverse }) => (isReverse ? -1 : 1));
  rows.sort((a, b) => {
    for (const [at, sign] of signs.entries()) {
      const order = compareKeys(a.keys[at] ?? 0, b.keys[at] ?? 0);
      if (order !== 0) return sign * order;
    }
    // RFC 5256 §3: by sequence number where nothing else decides; REVERSE does not touch that.
    return a.uid - b.uid;
  });
  return rows.map(({ uid }) => uid);
}

function compareKeys(a: SortKey, b: SortKey): number {
  return typeof a === 'string' && typeof b === 'string' ? compareFolded(a, b) : Number(a) - Number(b);
}

function sortKey(facts: SortFacts, field: SortField): SortKey {
  const { envelope } = facts;
  switch (field) {
    case 'arrival':
      return facts.arrivedAt;
    case 'date':
      return facts.sentAt;
    case 'size':
      return facts.sizeBytes;
    case 'subject':
      return facts.subject;
    case 'cc':
    case 'from':
    case 'to':
      // RFC 5256 §3: the addr-mailbox of the first address, empty where there is none.
      return casemap(envelope[field][0]?.mailbox ?? '');
    case 'displayFrom':
      return displayName(envelope.from[0]);
    case 'displayTo':
      return displayName(envelope.to[0]);
  }
}

/** RFC 5957 §2: the decoded display name, else mailbox@host; the name of a group. */
function displayName(address: IndexedAddress | undefined): string {
  if (address === undefined) return '';
  const { name, mailbox, host } = address;
  if (name !== null && name !== '') return casemap(decodeEncodedWords(name));
  return casemap(host === null ? (mailbox ?? '') : `${mailbox ?? ''}@${host}`);
}
