/** App passwords and the log of sign-ins in memory, for tests of what stands on them. */
import type {
  AppPasswordRow,
  AppPasswordRows,
  NewAppPasswordRow,
  SignInEntry,
  SignInQuery,
  SignInStore,
} from './port.ts';

export class MemoryAppPasswordRows implements AppPasswordRows {
  #rows: readonly AppPasswordRow[] = [];
  #lastId = 0;

  listAll(): Promise<readonly AppPasswordRow[]> {
    return Promise.resolve(this.#rows);
  }

  add(row: NewAppPasswordRow): Promise<number> {
    const id = ++this.#lastId;
    this.#rows = [...this.#rows, { ...row, id, lastUse: null }];
    return Promise.resolve(id);
  }

  remove(id: number): Promise<void> {
    this.#rows = this.#rows.filter((row) => row.id !== id);
    return Promise.resolve();
  }
}

export class MemorySignInStore implements SignInStore {
  #entries = new Map<string, SignInEntry>();

  add(entries: readonly SignInEntry[]): Promise<void> {
    for (const entry of entries) {
      const { name, address, door, method, outcome, appPasswordId } = entry;
      const key = JSON.stringify([name, address, door, method, outcome, appPasswordId]);
      const before = this.#entries.get(key);
      const { count = 0, firstAt = entry.firstAt } = before ?? {};
      this.#entries.set(key, { ...entry, count: count + entry.count, firstAt });
    }
    return Promise.resolve();
  }

  list({ accountId, onlyRefused, limit }: SignInQuery): Promise<readonly SignInEntry[]> {
    const found = [...this.#entries.values()]
      .filter((entry) => accountId === undefined || entry.accountId === accountId)
      .filter(({ outcome }) => onlyRefused !== true || outcome !== 'ok')
      .sort((a, b) => b.lastAt - a.lastAt);
    return Promise.resolve(found.slice(0, limit));
  }

  listKnownPlaces(since: number): ReturnType<SignInStore['listKnownPlaces']> {
    const places = [...this.#entries.values()].flatMap(({ accountId, outcome, address, lastAt }) =>
      accountId !== null && outcome === 'ok' && lastAt >= since ? [{ accountId, address, lastAt }] : [],
    );
    return Promise.resolve(places);
  }

  prune({ before, keep }: { before: number; keep: number }): Promise<void> {
    const kept = [...this.#entries]
      .filter(([, { lastAt }]) => lastAt >= before)
      .sort(([, a], [, b]) => b.lastAt - a.lastAt);
    this.#entries = new Map(kept.slice(0, keep));
    return Promise.resolve();
  }
}
