/** Notices store: what has come to need the administrator. */
import { defineStore } from 'pinia';
import type { Notice } from '../../src-main/contract/notices.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useNoticesStore = defineStore('notices', () => {
  const live = createLive<undefined, readonly Notice[], never>({
    open: (_, signal) => useConsole().client.notices.watch(undefined, { signal }),
    show: (notices) => notices,
  });
  return { ...live };
});
