/** Health of the console's world: a real desk over rows that a seed says; nobody outside is asked. */
import type { Clock } from '../../src-main/base/clock.ts';
import type { Logger } from '../../src-main/base/logger.ts';
import { MemoryHealthStore } from '../../src-main/health/memory-health-store.ts';
import type { HealthFacts } from '../../src-main/health/facts.ts';
import type { HealthTools } from '../../src-main/health/tools.ts';
import type { HealthCheck } from '../../src-main/health/port.ts';
import type { HealthService } from '../../src-main/host/health.ts';
import { RunningHealthDesk } from '../../src-main/host/health-desk.ts';
import { healthFacts, silentTools } from './health-scene.ts';

export interface WorldHealthOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly domains: () => readonly string[];
}

export class WorldHealth implements HealthService {
  readonly store = new MemoryHealthStore();
  /** What a run asks; a seed fills it. */
  readonly checks: HealthCheck[] = [];
  facts: () => HealthFacts;
  tools: () => HealthTools = () => silentTools();
  databaseChecks = 0;
  readonly desk: RunningHealthDesk;
  readonly #clock: Clock;

  constructor({ clock, logger, domains }: WorldHealthOptions) {
    this.#clock = clock;
    this.facts = () => healthFacts({ domains: domains().map((name) => ({ name, accounts: 1 })) });
    this.desk = new RunningHealthDesk({
      ...{ checks: this.checks, store: this.store, clock, logger },
      gatherFacts: () => Promise.resolve(this.facts()),
      tools: () => this.tools(),
      ports: { mx: 25, nameServer: 53 },
    });
  }

  now = (): number => this.#clock.now();

  nextRunAt = (): number | null => this.#clock.now() + 9 * 60 * 60_000;

  checkDatabase = (): Promise<void> => {
    this.databaseChecks++;
    return Promise.resolve();
  };
}
