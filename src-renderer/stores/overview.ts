/** Overview store: is the mail flowing? */
import { defineStore } from 'pinia';
import type { FlowMinute, OverviewChange, OverviewSnapshot } from '../../src-main/contract/overview.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

const HISTORY_MINUTES = 60;

export const useOverviewStore = defineStore('overview', () => {
  const live = createLive<void, OverviewSnapshot, OverviewChange>({
    open: (_, signal) => useConsole().client.overview.watch(undefined, { signal }),
    show: (snapshot) => snapshot,
    change: (view, changes) => changes.reduce(applyChange, view),
    keepsView: true,
  });
  return { ...live };
});

/** Replaces the minutes that moved on and lets the oldest go. */
export function applyChange(view: OverviewSnapshot, change: OverviewChange): OverviewSnapshot {
  const [first] = change.minutes;
  if (first === undefined) return { ...view, overview: change.overview };
  const kept = view.history.filter((minute: FlowMinute) => minute.minuteStart < first.minuteStart);
  return { overview: change.overview, history: [...kept, ...change.minutes].slice(-HISTORY_MINUTES) };
}
