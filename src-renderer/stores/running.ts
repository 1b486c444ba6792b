/** Running store: how the server runs on its machine, and what would change that. */
import { defineStore } from 'pinia';
import type { RunningOutcome, RunningView } from '../../src-main/contract/running.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useRunningStore = defineStore('running', () => {
  const calls = () => useConsole().client.running;
  const live = createLive<void, RunningView, never>({
    open: (_, signal) => calls().watch(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  return {
    live,
    restart: (): Promise<RunningOutcome> => calls().restart(),
    handOver: (): Promise<RunningOutcome> => calls().handOver(),
    uninstall: (): Promise<RunningOutcome> => calls().uninstall(),
  };
});
