/**
 * HealthDesk: what is known of this server's health, who asked for it to be looked at, and what became better or worse.
 *
 * Flow: console, schedule → here → run-checks → store, feeds, notices. Invariants: one run over everything at a time; rows are replaced
 * check by check as results come, so a run that is given up loses nothing; what nobody could say never counts as a change for the worse.
 */
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { Logger } from '../base/logger.ts';
import type { HealthFacts } from '../health/facts.ts';
import { keyOf, nameOf } from '../health/finding-key.ts';
import type { HealthCheck } from '../health/port.ts';
import { planUnits, runChecks, type CheckUnit, type UnitResult } from '../health/run-checks.ts';
import type {
  FindingKey,
  HealthChange,
  HealthRun,
  HealthStore,
  IgnoredFinding,
  StoredFinding,
} from '../health/store-port.ts';
import type { HealthTools } from '../health/tools.ts';
import { ResultKeeper } from './health-results.ts';

export type HealthScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'check'; readonly check: string; readonly domain: string };

/** What a run has changed for those who hear of it. */
export interface HealthNotice {
  readonly worse: readonly StoredFinding[];
  readonly better: readonly StoredFinding[];
}

export interface HealthView {
  readonly rows: readonly StoredFinding[];
  /** Those that count now. */
  readonly ignored: readonly IgnoredFinding[];
  readonly lastRun: HealthRun | null;
  /** The run over everything that is under way. */
  readonly progress: { readonly startedAt: number; readonly done: number; readonly total: number } | null;
  /** Check and domain of what is asked anew. */
  readonly checking: readonly Pick<FindingKey, 'check' | 'domain'>[];
}

export interface HealthDesk {
  view(): HealthView;
  /** Resolves when it is done, or was given up. A second run over everything joins the first. */
  run(scope: HealthScope): Promise<void>;
  /** Gives up the run over everything. */
  cancel(): void;
  ignore(ignored: IgnoredFinding): Promise<void>;
  unignore(key: FindingKey): Promise<void>;
  history(key: FindingKey): Promise<readonly HealthChange[]>;
  readonly onChange: Emitter<void>['subscribe'];
  readonly onNotice: Emitter<HealthNotice>['subscribe'];
}

export interface HealthDeskOptions {
  readonly checks: readonly HealthCheck[];
  readonly store: HealthStore;
  readonly gatherFacts: () => Promise<HealthFacts>;
  readonly tools: () => HealthTools;
  readonly ports: { readonly mx: number; readonly nameServer: number };
  readonly clock: Clock;
  readonly logger: Logger;
}

const MOST_HISTORY = 100;

export class RunningHealthDesk implements HealthDesk {
  readonly #options: HealthDeskOptions;
  readonly #rows = new Map<string, StoredFinding>();
  readonly #ignored = new Map<string, IgnoredFinding>();
  readonly #checking = new Map<string, CheckUnit>();
  readonly #changed = new Emitter<void>();
  readonly #noticed = new Emitter<HealthNotice>();
  readonly onChange = this.#changed.subscribe;
  readonly onNotice = this.#noticed.subscribe;
  #lastRun: HealthRun | null = null;
  #full: {
    progress: NonNullable<HealthView['progress']>;
    stop: AbortController;
    done: Promise<void>;
  } | null = null;
  #stopped = new AbortController();

  /** Empty; open() reads the store first. */
  constructor(options: HealthDeskOptions) {
    this.#options = options;
  }

  static async open(options: HealthDeskOptions): Promise<RunningHealthDesk> {
    const desk = new RunningHealthDesk(options);
    await desk.read();
    return desk;
  }

  /** What the store has, from before. */
  async read(): Promise<void> {
    const { store } = this.#options;
    for (const row of await store.list()) this.#rows.set(nameOf(keyOf(row)), row);
    for (const ignored of await store.listIgnored()) this.#ignored.set(nameOf(ignored), ignored);
    this.#lastRun = await store.lastRun();
    this.#changed.emit();
  }

  view(): HealthView {
    return {
      rows: [...this.#rows.values()],
      ignored: [...this.#ignored.values()].filter((each) => this.#counts(each)),
      lastRun: this.#lastRun,
      progress: this.#full?.progress ?? null,
      checking: Array.from(this.#checking.values(), ({ check, domain }) => ({ check: check.id, domain })),
    };
  }

  run(scope: HealthScope): Promise<void> {
    if (scope.kind === 'all') return this.#runAll();
    return this.#runSome(scope);
  }

  cancel(): void {
    this.#full?.stop.abort();
  }

  /** For good. */
  stop(): void {
    this.cancel();
    this.#stopped.abort();
  }

  async ignore(ignored: IgnoredFinding): Promise<void> {
    await this.#options.store.ignore(ignored);
    this.#ignored.set(nameOf(ignored), ignored);
    this.#changed.emit();
  }

  async unignore(key: FindingKey): Promise<void> {
    await this.#options.store.unignore(key);
    this.#ignored.delete(nameOf(key));
    this.#changed.emit();
  }

  history(key: FindingKey): Promise<readonly HealthChange[]> {
    return this.#options.store.history(key, MOST_HISTORY);
  }

  isIgnored(key: FindingKey): boolean {
    const ignored = this.#ignored.get(nameOf(key));
    return ignored !== undefined && this.#counts(ignored);
  }

  #counts({ until }: IgnoredFinding): boolean {
    return until === null || until > this.#options.clock.now();
  }

  #runAll(): Promise<void> {
    if (this.#full !== null) return this.#full.done;
    const stop = new AbortController();
    const startedAt = this.#options.clock.now();
    const progress = { startedAt, done: 0, total: this.#options.checks.length };
    const done = this.#askEverything(stop.signal, startedAt).finally(() => {
      this.#full = null;
      this.#changed.emit();
    });
    this.#full = { progress, stop, done };
    this.#changed.emit();
    return done;
  }

  async #askEverything(signal: AbortSignal, startedAt: number): Promise<void> {
    const facts = await this.#options.gatherFacts();
    const domains = facts.domains.map(({ name }) => name);
    const units = planUnits(this.#options.checks, domains, true);
    const isFirst = this.#lastRun === null;
    const keeper = this.#keeper();
    this.#tellProgress(0, units.length);
    let done = 0;
    await this.#ask(units, { facts, signal }, (result) => {
      keeper.take(result);
      this.#tellProgress(++done, units.length);
    });
    if (signal.aborted) return keeper.finish(null);
    this.#lastRun = { startedAt, endedAt: this.#options.clock.now() };
    keeper.dropOthers(new Set(['', ...domains]));
    await keeper.finish(this.#lastRun);
    // The first run finds what was always so: the page shows it, nobody is woken.
    if (!isFirst && keeper.notice !== null) this.#noticed.emit(keeper.notice);
  }

  async #runSome(scope: Exclude<HealthScope, { kind: 'all' }>): Promise<void> {
    const { checks, gatherFacts } = this.#options;
    const facts = await gatherFacts();
    const isOurs = scope.domain === '' || facts.domains.some(({ name }) => name === scope.domain);
    const chosen = scope.kind === 'domain' ? checks : checks.filter(({ id }) => id === scope.check);
    const units = planUnits(
      chosen,
      scope.domain === '' || !isOurs ? [] : [scope.domain],
      scope.domain === '',
    );
    for (const unit of units) this.#checking.set(nameOfUnit(unit), unit);
    this.#changed.emit();
    const keeper = this.#keeper();
    await this.#ask(units, { facts, signal: this.#stopped.signal }, (result) => {
      this.#checking.delete(nameOfUnit(result.unit));
      keeper.take(result);
    });
    await keeper.finish(null);
    for (const unit of units) this.#checking.delete(nameOfUnit(unit));
    this.#changed.emit();
  }

  #ask(
    units: readonly CheckUnit[],
    { facts, signal }: { readonly facts: HealthFacts; readonly signal: AbortSignal },
    onResult: (result: UnitResult) => void,
  ): Promise<void> {
    const { tools, ...options } = this.#options;
    return runChecks({ ...options, units, facts, signal, tools: tools(), onResult });
  }

  #tellProgress(done: number, total: number): void {
    if (this.#full === null) return;
    this.#full.progress = { ...this.#full.progress, done, total };
    this.#changed.emit();
  }

  #keeper(): ResultKeeper {
    const { store, clock } = this.#options;
    return new ResultKeeper({
      ...{ store, clock, rows: this.#rows },
      isIgnored: (key) => this.isIgnored(key),
      onChange: () => this.#changed.emit(),
    });
  }
}

function nameOfUnit({ check, domain }: CheckUnit): string {
  return `${check.id} ${domain}`;
}
