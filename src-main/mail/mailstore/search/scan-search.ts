/**
 * Scan search: a MailSearch over any MailStore that opens every message: for stores without an index of their own (memory).
 */
import type { MailStore, MessageEntry } from '../port.ts';
import type { MailSearch, SearchRequest } from './port.ts';
import { compileQuery } from './query-match.ts';
import { SearchableMessage } from './searchable-message.ts';
import { describeMessage, readContentFacts, sortMessages, type SortFacts } from './sort-messages.ts';
import { threadMessages } from './thread-messages.ts';

export function createScanSearch(store: MailStore): MailSearch {
  const find = async ({ mailboxId, query, now }: SearchRequest): Promise<FoundMessage[]> => {
    const found: FoundMessage[] = [];
    const entries = await store.listEntries(mailboxId);
    const columns = await store.readColumns(mailboxId);
    for (const entry of columns === null ? [] : entries) {
      const message = await open(store, mailboxId, entry);
      const at = columns?.uids.indexOf(entry.uid) ?? -1;
      if (message === null || columns === null || at < 0) continue;
      const mailbox = {
        columns,
        now,
        emailIdAt: () => entry.emailId,
        mayContain: () => true,
        open: () => message,
        openEnvelope: () => message,
      };
      if (!compileQuery(query, mailbox)(at)) continue;
      found.push({ uid: entry.uid, facts: describeMessage(entry, readContentFacts(message.index)) });
    }
    return found;
  };
  return {
    find: async (request) => (await find(request)).map(({ uid }) => uid),
    sort: async (request, criteria) => {
      const facts = (await find(request)).map((each) => each.facts);
      return [...sortMessages(facts, criteria)];
    },
    thread: async (request, algorithm) => {
      const facts = (await find(request)).map((each) => each.facts);
      return threadMessages(facts, algorithm);
    },
  };
}

interface FoundMessage {
  readonly uid: number;
  readonly facts: SortFacts;
}

async function open(
  store: MailStore,
  mailboxId: number,
  entry: MessageEntry,
): Promise<SearchableMessage | null> {
  const message = await store.openMessage(mailboxId, entry.uid);
  if (message === null) return null;
  const octets = await message.readRange(0, message.sizeBytes);
  return new SearchableMessage({
    index: message.index,
    readRange: (start, end) => octets.subarray(start, end),
  });
}
