/** Which recipients are chosen: some that were ticked, or everything that matches the filter. */
import { computed, ref, type ComputedRef, type Ref } from 'vue';
import type { QueueFilter, QueuePlace, QueueRow, QueueSelection } from '../../../src-main/contract/queue.ts';

export interface Ticks {
  readonly isEverything: Ref<boolean>;
  readonly count: ComputedRef<number>;
  readonly selection: ComputedRef<QueueSelection>;
  has(row: QueueRow): boolean;
  toggle(row: QueueRow): void;
  toggleEverything(): void;
  clear(): void;
}

export function keyOf({ entryId, recipient }: QueueRow): string {
  return `${entryId} ${String(recipient.ordinal)}`;
}

export function useTicks(filter: () => QueueFilter, total: () => number): Ticks {
  const ticked = ref<ReadonlyMap<string, QueuePlace>>(new Map());
  const isEverything = ref(false);

  function toggle(row: QueueRow): void {
    if (isEverything.value) return clear();
    const next = new Map(ticked.value);
    const place = { entryId: row.entryId, ordinal: row.recipient.ordinal };
    if (!next.delete(keyOf(row))) next.set(keyOf(row), place);
    ticked.value = next;
  }

  function clear(): void {
    ticked.value = new Map();
    isEverything.value = false;
  }

  return {
    isEverything,
    count: computed(() => (isEverything.value ? total() : ticked.value.size)),
    selection: computed(() =>
      isEverything.value
        ? { kind: 'filter', filter: filter() }
        : { kind: 'places', places: [...ticked.value.values()] },
    ),
    has: (row) => isEverything.value || ticked.value.has(keyOf(row)),
    toggle,
    toggleEverything: () => {
      const all = !isEverything.value;
      clear();
      isEverything.value = all;
    },
    clear,
  };
}
