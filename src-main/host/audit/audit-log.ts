/** AuditLog: the one way into the audit log, and what the console reads of it. */
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { differenceOf } from './difference.ts';
import { maskSecrets } from './masking.ts';
import type { AuditQuery, AuditRecord, AuditStore } from './port.ts';

/** What a year's review and a slow lawyer ask for. */
const KEEP_MS = 3 * 365 * 24 * 60 * 60_000;
/** Some 100 MB at most: entries are bounded (masking.ts, difference.ts). */
const MOST_ENTRIES = 100_000;
const MOST_INPUT_CHARACTERS = 4_000;

export const AUDIT_LIMITS = { keepMs: KEEP_MS, mostEntries: MOST_ENTRIES } as const;

export type AuditActor = Pick<AuditRecord, 'who' | 'role' | 'address' | 'means'>;

export interface AuditedChange {
  readonly actor: AuditActor;
  readonly call: string;
  readonly input: unknown;
  readonly before: unknown;
  readonly after: unknown;
  readonly outcome: string;
}

export class AuditLog {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #changed: Emitter<void>;

  constructor(options: { store: AuditStore; clock: Clock; onError?: (error: unknown) => void }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#changed = new Emitter(options.onError);
  }

  get onChange() {
    return this.#changed.subscribe;
  }

  /** Resolves when it is on disk. */
  async write({ actor, call, input, before, after, outcome }: AuditedChange): Promise<void> {
    const at = this.#clock.now();
    const asked = JSON.stringify(maskSecrets(input));
    const record: AuditRecord = {
      ...{ at, ...actor, call, outcome, changes: differenceOf(before, after) },
      input: asked.length > MOST_INPUT_CHARACTERS ? `${asked.slice(0, MOST_INPUT_CHARACTERS)}…` : asked,
    };
    await this.#store.append(record, { before: at - KEEP_MS, keep: MOST_ENTRIES });
    this.#changed.emit();
  }

  list(query: AuditQuery) {
    return this.#store.list(query);
  }

  listAfter(sequence: number, limit: number) {
    return this.#store.listAfter(sequence, limit);
  }

  readCut() {
    return this.#store.readCut();
  }

  check() {
    return this.#store.check();
  }
}
