/** Messages of a mailbox, newest first, by words in subject or sender: what fits a page, and where to go on. */
import type { BrowsedMessage } from '../../contract/backups.ts';
import type { MessageIndex } from '../../format/message-index.ts';
import type { MailStore, MessageEntry } from '../../mail/mailstore/port.ts';

export interface FoundMessages {
  readonly messages: readonly BrowsedMessage[];
  /** The UID before which to go on; null: that was all. */
  readonly before: number | null;
}

type Searched = Pick<MailStore, 'getMailbox' | 'listEntries' | 'readIndexes'>;

const MESSAGES_A_PAGE = 100;
const UIDS_A_STEP = 500;
/** One answer looks at no more. */
const MOST_LOOKED_AT = 5_000;

export async function findMessages(
  store: Searched,
  { mailboxId, words, before }: { mailboxId: number; words: string; before: number | null },
): Promise<FoundMessages> {
  const mailbox = await store.getMailbox(mailboxId);
  const found: BrowsedMessage[] = [];
  const wanted = words
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  let end = before ?? mailbox?.uidNext ?? 1;
  const stop = Math.max(1, end - MOST_LOOKED_AT);
  while (end > stop && found.length < MESSAGES_A_PAGE) {
    const first = Math.max(1, end - UIDS_A_STEP);
    const page = await readPage(store, mailboxId, { first, last: end - 1 });
    found.push(...page.filter((message) => hasWords(message, wanted)));
    end = first;
  }
  const shown = found.slice(0, MESSAGES_A_PAGE);
  const next = found.length > MESSAGES_A_PAGE ? (shown.at(-1)?.uid ?? end) : end;
  return { messages: shown, before: next > 1 ? next : null };
}

async function readPage(
  store: Searched,
  mailboxId: number,
  range: { first: number; last: number },
): Promise<readonly BrowsedMessage[]> {
  const entries = [...(await store.listEntries(mailboxId, [range]))].reverse();
  const indexes = await store.readIndexes(mailboxId, entries.map(({ uid }) => uid).reverse());
  return entries.map((entry) => describe(entry, indexes.get(entry.uid)));
}

function describe(
  { uid, internalDate, sizeBytes }: MessageEntry,
  index: MessageIndex | undefined,
): BrowsedMessage {
  return { uid, subject: index?.subject ?? '', from: index?.author ?? '', at: internalDate, sizeBytes };
}

function hasWords({ subject, from }: BrowsedMessage, words: readonly string[]): boolean {
  const text = `${subject} ${from}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
