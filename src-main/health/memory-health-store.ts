/** Health's store in memory: for tests and demonstrations. */
import { nameOf } from './finding-key.ts';
import type {
  FindingKey,
  HealthChange,
  HealthResults,
  HealthRun,
  HealthStore,
  IgnoredFinding,
  StoredFinding,
} from './store-port.ts';

export class MemoryHealthStore implements HealthStore {
  readonly #findings = new Map<string, StoredFinding>();
  readonly #ignored = new Map<string, IgnoredFinding>();
  #changes: readonly HealthChange[] = [];
  #run: HealthRun | null = null;

  list = (): Promise<readonly StoredFinding[]> => Promise.resolve([...this.#findings.values()]);
  listIgnored = (): Promise<readonly IgnoredFinding[]> => Promise.resolve([...this.#ignored.values()]);
  lastRun = (): Promise<HealthRun | null> => Promise.resolve(this.#run);

  keep({ findings, gone, changes, run }: HealthResults): Promise<void> {
    for (const key of gone) this.#findings.delete(nameOf(key));
    for (const row of findings) this.#findings.set(nameOf({ ...row.finding, domain: row.domain }), row);
    this.#changes = [...changes.toReversed(), ...this.#changes];
    this.#run = run ?? this.#run;
    return Promise.resolve();
  }

  ignore(ignored: IgnoredFinding): Promise<void> {
    this.#ignored.set(nameOf(ignored), ignored);
    return Promise.resolve();
  }

  unignore(key: FindingKey): Promise<void> {
    this.#ignored.delete(nameOf(key));
    return Promise.resolve();
  }

  history(key: FindingKey, limit: number): Promise<readonly HealthChange[]> {
    const name = nameOf(key);
    return Promise.resolve(this.#changes.filter((change) => nameOf(change) === name).slice(0, limit));
  }
}
