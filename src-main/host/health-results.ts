/**
 * ResultKeeper: takes the results of one run into the rows and the store, and knows what became better or worse.
 *
 * Invariants: a check's rows are replaced together; what nobody could say leaves what was known of a row as it was, so that a day without DNS
 * tells nobody of anything.
 */
import type { Clock } from '../base/clock.ts';
import { keyOf, nameOf } from '../health/finding-key.ts';
import type { HealthState } from '../health/port.ts';
import type { UnitResult } from '../health/run-checks.ts';
import type {
  FindingKey,
  HealthChange,
  HealthRun,
  HealthStore,
  StoredFinding,
} from '../health/store-port.ts';
import type { HealthNotice } from './health-desk.ts';

const RANK: Readonly<Record<HealthState, number>> = { ok: 0, undetermined: 1, warning: 2, error: 3 };

export interface ResultKeeperOptions {
  /** By name; changed here. */
  readonly rows: Map<string, StoredFinding>;
  readonly store: HealthStore;
  readonly clock: Clock;
  readonly isIgnored: (key: FindingKey) => boolean;
  readonly onChange: () => void;
}

export class ResultKeeper {
  readonly #options: ResultKeeperOptions;
  readonly #worse: StoredFinding[] = [];
  readonly #better: StoredFinding[] = [];
  #keeping: Promise<void> = Promise.resolve();

  constructor(options: ResultKeeperOptions) {
    this.#options = options;
  }

  /** null: nothing that anybody should hear of. */
  get notice(): HealthNotice | null {
    if (this.#worse.length + this.#better.length === 0) return null;
    return { worse: this.#worse, better: this.#better };
  }

  take({ unit, findings }: UnitResult): void {
    const { rows, clock } = this.#options;
    const at = clock.now();
    const changes: HealthChange[] = [];
    const fresh = findings.map((finding): StoredFinding => {
      const key = { check: finding.check, domain: unit.domain, subject: finding.subject };
      const before = rows.get(nameOf(key));
      const isSame = before?.finding.state === finding.state;
      const settled = finding.state === 'undetermined' ? (before?.settled ?? null) : finding.state;
      const row = {
        domain: unit.domain,
        finding,
        checkedAt: at,
        changedAt: isSame ? before.changedAt : at,
        settled,
      };
      if (!isSame)
        changes.push({
          ...key,
          at,
          from: before?.finding.state ?? null,
          state: finding.state,
          text: finding.text,
        });
      this.#compare(before, row);
      return row;
    });
    const names = new Set(fresh.map((row) => nameOf(keyOf(row))));
    const gone = [...rows.values()].filter(
      (row) =>
        row.domain === unit.domain && row.finding.check === unit.check.id && !names.has(nameOf(keyOf(row))),
    );
    this.#keep({ fresh, gone, changes });
  }

  /** Rows of domains that are not there any more. */
  dropOthers(domains: ReadonlySet<string>): void {
    const gone = [...this.#options.rows.values()].filter(({ domain }) => !domains.has(domain));
    if (gone.length > 0) this.#keep({ fresh: [], gone, changes: [] });
  }

  /** Resolves when everything is on disk. */
  async finish(run: HealthRun | null): Promise<void> {
    await this.#keeping;
    if (run !== null) await this.#options.store.keep({ findings: [], gone: [], changes: [], run });
  }

  #keep(parts: {
    readonly fresh: readonly StoredFinding[];
    readonly gone: readonly StoredFinding[];
    readonly changes: readonly HealthChange[];
  }): void {
    const { rows, store, onChange } = this.#options;
    const { fresh, gone, changes } = parts;
    for (const row of gone) rows.delete(nameOf(keyOf(row)));
    for (const row of fresh) rows.set(nameOf(keyOf(row)), row);
    const results = { findings: fresh, gone: gone.map(keyOf), changes, run: null };
    const kept = store.keep(results);
    this.#keeping = this.#keeping.then(() => kept);
    // Whoever waits for finish() hears of a failure.
    this.#keeping.catch(() => undefined);
    onChange();
  }

  #compare(before: StoredFinding | undefined, row: StoredFinding): void {
    const { state } = row.finding;
    if (state === 'undetermined' || this.#options.isIgnored(keyOf(row))) return;
    // What is new here counts as well until now: only trouble is worth a word.
    const was = RANK[before?.settled ?? 'ok'];
    if (RANK[state] > was) this.#worse.push(row);
    if (RANK[state] < was) this.#better.push(row);
  }
}
