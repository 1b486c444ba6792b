/**
 * PagedList: a long list whose first page lives and whose further pages are fetched when one scrolls there.
 *
 * Invariants: newest first; a row is there once, whatever pages and changes overlap.
 */
import { type Ref, ref } from 'vue';
import type { FeedEvent } from '../../src-main/contract/feed.ts';
import { createLive, type Live } from './live.ts';

export interface Page<Row> {
  readonly items: readonly Row[];
  readonly hasMore: boolean;
  /** Where the next page goes on; without it: after the last row. */
  readonly next?: string | null;
  /** How far back a search has looked; without it: to the beginning. */
  readonly searchedTo?: number | null;
}

export interface PagedList<Filter, Row> extends Live<Filter, Page<Row>> {
  readonly isLoadingMore: Ref<boolean>;
  loadMore(): Promise<void>;
}

export function createPagedList<Filter, Row>(list: {
  key: (row: Row) => string;
  /** Larger is newer; rows that come in go where it puts them. */
  order: (row: Row) => number;
  open: (filter: Filter, signal: AbortSignal) => Promise<AsyncIterable<FeedEvent<Page<Row>, Row>>>;
  fetch: (filter: Filter, before: string) => Promise<Page<Row>>;
}): PagedList<Filter, Row> {
  const live = createLive<Filter, Page<Row>, Row>({
    open: list.open,
    show: (page) => page,
    change: (page, rows) => ({ ...page, items: mergeRows(page.items, rows, list) }),
    keepsView: true,
  });
  const isLoadingMore = ref(false);
  let filter: Filter | null = null;

  async function loadMore(): Promise<void> {
    const page = live.view.value;
    const last = page?.items.at(-1);
    if (filter === null || page?.hasMore !== true || last === undefined || isLoadingMore.value) return;
    const asked = filter;
    isLoadingMore.value = true;
    try {
      const more = await list.fetch(asked, page.next ?? list.key(last));
      if (filter !== asked || live.view.value === null) return;
      live.view.value = { ...more, items: mergeRows(live.view.value.items, more.items, list) };
    } finally {
      isLoadingMore.value = false;
    }
  }

  return {
    ...live,
    isLoadingMore,
    loadMore,
    start: (next) => {
      filter = next;
      live.start(next);
    },
  };
}

/** The rows with `incoming` put in or replaced, newest first. */
export function mergeRows<Row>(
  rows: readonly Row[],
  incoming: readonly Row[],
  { key, order }: { key: (row: Row) => string; order: (row: Row) => number },
): readonly Row[] {
  const fresh = new Map(incoming.map((row) => [key(row), row]));
  const merged = rows.map((row) => {
    const replacement = fresh.get(key(row));
    if (replacement === undefined) return row;
    fresh.delete(key(row));
    return replacement;
  });
  if (fresh.size === 0) return merged;
  return [...fresh.values(), ...merged].sort((a, b) => order(b) - order(a));
}
