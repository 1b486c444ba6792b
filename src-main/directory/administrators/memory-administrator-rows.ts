/** Rows of administrators and their tokens in memory, as the ports say: for tests. */
import type { AdministratorRow, AdministratorRows, ApiTokenRow, ApiTokenRows } from './port.ts';

export class MemoryAdministratorRows implements AdministratorRows {
  readonly rows = new Map<string, AdministratorRow>();

  listAll(): Promise<readonly AdministratorRow[]> {
    return Promise.resolve([...this.rows.values()]);
  }

  put(row: AdministratorRow): Promise<void> {
    this.rows.set(row.name, row);
    return Promise.resolve();
  }

  remove(name: string): Promise<void> {
    this.rows.delete(name);
    return Promise.resolve();
  }
}

export class MemoryApiTokenRows implements ApiTokenRows {
  readonly rows = new Map<number, ApiTokenRow>();
  #last = 0;

  listAll(): Promise<readonly ApiTokenRow[]> {
    return Promise.resolve([...this.rows.values()]);
  }

  add(row: Omit<ApiTokenRow, 'id' | 'lastUse'>): Promise<number> {
    const id = ++this.#last;
    this.rows.set(id, { ...row, id, lastUse: null });
    return Promise.resolve(id);
  }

  noteUse(id: number, lastUse: { at: number; address: string }): Promise<void> {
    const row = this.rows.get(id);
    if (row !== undefined) this.rows.set(id, { ...row, lastUse });
    return Promise.resolve();
  }

  remove(id: number): Promise<void> {
    this.rows.delete(id);
    return Promise.resolve();
  }
}
