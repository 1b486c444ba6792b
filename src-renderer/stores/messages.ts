/** Messages store: where is Anna's mail? */
import { defineStore } from 'pinia';
import type { MessageFilter, MessageRow, MessageTimeline } from '../../src-main/contract/messages.ts';
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

  return { list, timeline, find };
});
