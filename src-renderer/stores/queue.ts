/** Queue store: what is waiting, and why? */
import { defineStore } from 'pinia';
import type {
  NextHopState,
  QueueEntry,
  QueueGrouping,
  QueueGroups,
  QueuePage,
  QueueQuery,
  QueueRow,
} from '../../src-main/contract/queue.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useQueueStore = defineStore('queue', () => {
  const list = createLive<QueueQuery, QueuePage, never>({
    open: (query, signal) => useConsole().client.queue.watch(query, { signal }),
    show: (page) => page,
    keepsView: true,
  });
  const groups = createLive<QueueGrouping, QueueGroups, never>({
    open: (grouping, signal) => useConsole().client.queue.watchGroups(grouping, { signal }),
    show: (snapshot) => snapshot,
  });
  const entry = createLive<string, QueueEntry | null, never>({
    open: (entryId, signal) => useConsole().client.queue.watchEntry({ entryId }, { signal }),
    show: (snapshot) => snapshot,
  });
  const nextHops = createLive<undefined, readonly NextHopState[], never>({
    open: (_, signal) => useConsole().client.queue.watchNextHops(undefined, { signal }),
    show: (snapshot) => snapshot,
  });
  /** For the palette: the first few that match. */
  async function find(text: string, limit: number): Promise<readonly QueueRow[]> {
    return (await useConsole().client.queue.list({ text, limit })).items;
  }

  function listRoutes(): Promise<readonly string[]> {
    return useConsole().client.queue.listRoutes();
  }

  async function tryNextHop(name: string): Promise<void> {
    await useConsole().client.queue.tryNextHop({ name });
  }

  return { list, groups, entry, nextHops, find, listRoutes, tryNextHop };
});
