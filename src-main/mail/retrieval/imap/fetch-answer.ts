/** One FETCH response: the items of a message, in the order asked for (RFC 9051 §7.5.2). */
import type { MessageIndex } from '../../../format/message-index.ts';
import { formatDateTime } from '../../../protocol/imap/grammar/date.ts';
import type { FetchItem } from '../../../protocol/imap/grammar/fetch-item.ts';
import { formatBodyStructure } from '../../../protocol/imap/grammar/format-body-structure.ts';
import { formatString } from '../../../protocol/imap/grammar/format.ts';
import { formatEnvelope } from '../../../protocol/imap/grammar/format-envelope.ts';
import type { Response, ResponsePart } from '../../../protocol/imap/server/session.ts';
import type { MessageEntry, OpenMessage } from '../../mailstore/port.ts';
import { readBinary, readBinarySize, readSection } from './fetch-content.ts';
import { openFetch } from './fetch-response.ts';
import { formatFlags } from './flags.ts';

export interface FetchFacts {
  readonly sequence: number;
  readonly entry: MessageEntry;
  /** Set where an item needs it. */
  readonly index: MessageIndex | undefined;
  readonly message: OpenMessage | null;
  readonly isUtf8: boolean;
  readonly isUidOnly: boolean;
}

/** What needs no content is there at once: most of a long FETCH never waits. */
export function formatAnswer(
  facts: FetchFacts,
  items: readonly FetchItem[],
): Response | Promise<Response | 'unknownEncoding'> {
  return facts.message === null ? formatWithoutContent(facts, items) : formatWithContent(facts, items);
}

function formatWithoutContent(facts: FetchFacts, items: readonly FetchItem[]): Response {
  const parts: ResponsePart[] = [];
  let text = open(facts);
  let separator = '';
  for (const item of items) {
    text += separator;
    separator = ' ';
    const value = formatSimple(facts, item);
    if (value !== null) {
      text += value;
      continue;
    }
    parts.push(`${text}${labelOf(item)} `, formatIndexed(facts, item) ?? 'NIL');
    text = '';
  }
  return parts.length === 0 ? `${text})` : [...parts, `${text})`];
}

async function formatWithContent(
  facts: FetchFacts,
  items: readonly FetchItem[],
): Promise<Response | 'unknownEncoding'> {
  const parts: ResponsePart[] = [];
  let text = open(facts);
  let separator = '';
  for (const item of items) {
    const simple = formatSimple(facts, item);
    text += separator;
    separator = ' ';
    if (simple !== null) {
      text += simple;
      continue;
    }
    const value = await formatData(facts, item);
    if (value === null) return 'unknownEncoding';
    text += `${labelOf(item)} `;
    if (typeof value === 'string') {
      text += value;
      continue;
    }
    parts.push(text, value);
    text = '';
  }
  return parts.length === 0 ? `${text})` : [...parts, `${text})`];
}

function open({ sequence, entry, isUidOnly }: FetchFacts): string {
  return openFetch({ sequence, uid: entry.uid }, isUidOnly);
}

/** Items from the message's entry, with their names. */
function formatSimple({ entry }: FetchFacts, item: FetchItem): string | null {
  switch (item.kind) {
    case 'uid':
      return `UID ${entry.uid}`;
    case 'flags':
      return `FLAGS ${formatFlags(entry.flags)}`;
    case 'modSeq':
      return `MODSEQ (${entry.modSeq})`;
    case 'emailId':
      return `EMAILID (${entry.emailId})`;
    case 'threadId':
      // RFC 8474 §5.2: messages are not gathered in threads.
      return 'THREADID NIL';
    case 'saveDate':
      return `SAVEDATE "${formatDateTime(entry.savedAt)}"`;
    case 'internalDate':
      return `INTERNALDATE "${formatDateTime(entry.internalDate)}"`;
    case 'size':
      return `RFC822.SIZE ${entry.sizeBytes}`;
    default:
      return null;
  }
}

/** Values from the message's index; null for items that are not in it. */
function formatIndexed({ index, isUtf8 }: FetchFacts, item: FetchItem): ResponsePart | null {
  switch (item.kind) {
    case 'envelope':
      return index === undefined ? 'NIL' : { private: formatEnvelope(index.envelope, isUtf8) };
    case 'preview':
      return index === undefined ? 'NIL' : { private: formatString(index.preview, isUtf8) };
    case 'body':
    case 'bodyStructure': {
      if (index === undefined) return 'NIL';
      const isExtended = item.kind === 'bodyStructure';
      return { private: formatBodyStructure(index.root, { isExtended, isUtf8 }) };
    }
    default:
      return null;
  }
}

/** Values from the message's index or its content; null for an encoding that is not known. */
async function formatData(facts: FetchFacts, item: FetchItem): Promise<ResponsePart | null> {
  const { message } = facts;
  switch (item.kind) {
    case 'section':
      return message === null ? 'NIL' : readSection(message, item);
    case 'binary':
      return message === null ? 'NIL' : readBinary(message, item);
    case 'binarySize': {
      const size = message === null ? 0 : await readBinarySize(message, item.path);
      return size === null ? null : String(size);
    }
    default:
      return formatIndexed(facts, item);
  }
}

function labelOf(item: FetchItem): string {
  switch (item.kind) {
    case 'envelope':
      return 'ENVELOPE';
    case 'preview':
      return 'PREVIEW';
    case 'body':
      return 'BODY';
    case 'bodyStructure':
      return 'BODYSTRUCTURE';
    default:
      return 'label' in item ? item.label : '';
  }
}
