/** Overview store: is the mail flowing, and how did it flow? */
import { defineStore } from 'pinia';
import type { FlowHistory, FlowSpan, Overview } from '../../src-main/contract/overview.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useOverviewStore = defineStore('overview', () => {
  const live = createLive<void, Overview, never>({
    open: (_, signal) => useConsole().client.overview.watch(undefined, { signal }),
    show: (overview) => overview,
    keepsView: true,
  });
  const history = createLive<FlowSpan, FlowHistory, never>({
    open: (span, signal) => useConsole().client.overview.watchHistory({ span }, { signal }),
    show: (shown) => shown,
    keepsView: true,
  });
  return { ...live, history };
});
