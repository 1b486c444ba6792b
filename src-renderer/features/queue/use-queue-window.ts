/** The part of the list that the host keeps us up to date about: what is in sight and a good deal around it. */
import { computed, type ComputedRef, onScopeDispose, ref } from 'vue';
import type { QueueFilter, QueueQuery } from '../../../src-main/contract/queue.ts';

/** Several screens: scrolling seldom leaves it. */
const WINDOW_ROWS = 200;
/** Rows that must remain around what is in sight. */
const MARGIN_ROWS = 20;
/** A flick of the wheel passes over many windows; only the one where it ends is asked for. */
const SETTLE_MS = 60;

export function useQueueWindow(filter: ComputedRef<QueueFilter>) {
  const offset = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onScopeDispose(() => clearTimeout(timer));

  function show(first: number, last: number): void {
    clearTimeout(timer);
    const from = Math.max(0, first - MARGIN_ROWS);
    if (from >= offset.value && last + MARGIN_ROWS < offset.value + WINDOW_ROWS) return;
    timer = setTimeout(() => {
      offset.value = Math.max(0, Math.round((first + last - WINDOW_ROWS) / 2));
    }, SETTLE_MS);
  }

  return {
    query: computed<QueueQuery>(() => ({ ...filter.value, offset: offset.value, limit: WINDOW_ROWS })),
    show,
    reset: () => {
      clearTimeout(timer);
      offset.value = 0;
    },
  };
}
