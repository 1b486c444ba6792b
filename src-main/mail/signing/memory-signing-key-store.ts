/** Signing keys in memory: for tests, and the reference that the contract suite holds storage against. */
import type { NewSigningKey, SigningKeyChange, SigningKeyRow, SigningKeyStore } from './port.ts';

export class MemorySigningKeyStore implements SigningKeyStore {
  #rows: readonly SigningKeyRow[] = [];
  readonly #privateKeys = new Map<number, string>();
  #nextId = 1;

  list(): Promise<readonly SigningKeyRow[]> {
    return Promise.resolve(this.#rows);
  }

  privateKeyOf(id: number): Promise<string | null> {
    return Promise.resolve(this.#privateKeys.get(id) ?? null);
  }

  add(keys: readonly NewSigningKey[]): Promise<void> {
    for (const { privateKey, ...row } of keys) {
      const id = this.#nextId++;
      this.#rows = [...this.#rows, { ...row, id }];
      this.#privateKeys.set(id, privateKey);
    }
    return Promise.resolve();
  }

  change(changes: readonly SigningKeyChange[]): Promise<void> {
    for (const { id, state, at } of changes) {
      this.#rows = this.#rows.map((row) => (row.id === id ? { ...row, state, changedAt: at } : row));
      if (state === 'retiring' || state === 'retired') this.#privateKeys.delete(id);
    }
    return Promise.resolve();
  }

  remove(id: number): Promise<void> {
    this.#rows = this.#rows.filter((row) => row.id !== id);
    this.#privateKeys.delete(id);
    return Promise.resolve();
  }
}
