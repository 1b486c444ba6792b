/** A greylist in memory, for tests of the stage; bounded as the stored one is by its upkeep. */
import type { GreylistRow, GreylistStore } from '../store-port.ts';

export class MemoryGreylistStore implements GreylistStore {
  readonly rows = new Map<string, GreylistRow>();

  find(key: string): Promise<GreylistRow | null> {
    return Promise.resolve(this.rows.get(key) ?? null);
  }

  put(key: string, row: GreylistRow): Promise<void> {
    this.rows.set(key, row);
    return Promise.resolve();
  }
}
