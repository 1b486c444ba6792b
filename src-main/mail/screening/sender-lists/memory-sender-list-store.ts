/** Lists of senders in memory, for tests and demonstrations. */
import {
  isNetworkPattern,
  type ListedSender,
  type ListOwner,
  type SenderListKind,
  type SenderLists,
  type SenderListStore,
} from './port.ts';

export class MemorySenderListStore implements SenderListStore {
  readonly #lists = new Map<ListOwner, Map<string, SenderListKind>>();

  read(owner: ListOwner): Promise<SenderLists> {
    const on = (list: SenderListKind) =>
      this.#all(owner)
        .filter((each) => each.list === list)
        .map(({ pattern }) => pattern)
        .sort();
    return Promise.resolve({ allow: on('allow'), block: on('block') });
  }

  async replace(owner: ListOwner, lists: SenderLists): Promise<void> {
    this.#lists.delete(owner);
    for (const list of ['allow', 'block'] as const) {
      for (const pattern of lists[list]) await this.put(owner, pattern, list);
    }
  }

  put(owner: ListOwner, pattern: string, list: SenderListKind | null): Promise<SenderListKind | null> {
    const owned = this.#lists.get(owner) ?? new Map<string, SenderListKind>();
    const before = owned.get(pattern) ?? null;
    this.#lists.set(owner, owned);
    if (list === null) owned.delete(pattern);
    else owned.set(pattern, list);
    return Promise.resolve(before);
  }

  find(owner: ListOwner, patterns: readonly string[]): Promise<readonly ListedSender[]> {
    return Promise.resolve(this.#all(owner).filter(({ pattern }) => patterns.includes(pattern)));
  }

  networks(owner: ListOwner): Promise<readonly ListedSender[]> {
    return Promise.resolve(this.#all(owner).filter(({ pattern }) => isNetworkPattern(pattern)));
  }

  #all(owner: ListOwner): ListedSender[] {
    return [...(this.#lists.get(owner) ?? [])].map(([pattern, list]) => ({ pattern, list }));
  }
}
