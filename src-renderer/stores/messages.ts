/** Messages store: where is Anna's mail? */
import { defineStore } from 'pinia';
import type { MessageFilter, MessageRow, MessageTimeline } from '../../src-main/contract/messages.ts';
import { LIMITS } from '../../src-main/contract/limits.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';
import { createPagedList } from './paged-list.ts';

export const useMessagesStore = defineStore('messages', () => {
  const list = createPagedList<MessageFilter, MessageRow>({
    key: (row) => row.traceId,
    order: (row) => row.receivedAt,
    open: (filter, signal) => useConsole().client.messages.watch(filter, { signal }),
    fetch: (filter, before) => useConsole().client.messages.list({ ...filter, before }),
  });
  const timeline = createLive<string, MessageTimeline | null, never>({
    open: (traceId, signal) => useConsole().client.messages.watchTimeline({ traceId }, { signal }),
    show: (snapshot) => snapshot,
  });

  /** For the palette: the few newest messages that match. */
  async function find(text: string, limit: number): Promise<readonly MessageRow[]> {
    return (await useConsole().client.messages.list({ text, limit })).items;
  }

  /** All rows that match, up to `most`; a page at a time. */
  async function fetchAll(filter: MessageFilter, most: number): Promise<readonly MessageRow[]> {
    const rows: MessageRow[] = [];
    let next: string | null = null;
    do {
      const before: { before?: string } = next === null ? {} : { before: next };
      const page = await useConsole().client.messages.list({ ...filter, ...before, limit: LIMITS.pageSize });
      rows.push(...page.items);
      next = page.next;
    } while (next !== null && rows.length < most);
    return rows.slice(0, most);
  }

  return { list, timeline, find, fetchAll };
});
