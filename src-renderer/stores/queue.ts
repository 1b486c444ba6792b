/** Queue store: what is waiting, and why? */
import { defineStore } from 'pinia';
import type { QueuePage, QueueQuery } from '../../src-main/contract/queue.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useQueueStore = defineStore('queue', () => {
  const live = createLive<QueueQuery, QueuePage, never>({
    open: (query, signal) => useConsole().client.queue.watch(query, { signal }),
    show: (page) => page,
    keepsView: true,
  });
  return { ...live };
});
