/** NextHopLines: a line for each next hop that somebody goes to, or that refused us. */
import type { Clock } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { RetrySchedule } from '../queue/port.ts';
import { nameOfNextHop, type NextHop } from '../routing/port.ts';
import { MAX_REMEMBERED_NEXT_HOPS, MAX_SESSIONS_PER_NEXT_HOP } from './limits.ts';
import { NextHopLine } from './next-hop-line.ts';
import type { NextHopDesk, NextHopState } from './port.ts';

export interface NextHopLinesOptions {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Where a next hop has no times of its own. */
  readonly schedule: () => RetrySchedule;
}

interface NamedLine {
  readonly name: string;
  readonly line: NextHopLine;
}

export class NextHopLines implements NextHopDesk {
  readonly #options: NextHopLinesOptions;
  readonly #lines = new Map<string, NamedLine>();
  readonly #changed = new Emitter<void>();
  readonly onChange = this.#changed.subscribe;

  constructor(options: NextHopLinesOptions) {
    this.#options = options;
  }

  /** `key` says all that makes a next hop another one. */
  lineOf(key: string, nextHop: NextHop): NextHopLine {
    const known = this.#lines.get(key);
    if (known !== undefined) return known.line;
    this.#forgetSome();
    const { clock, randomBytes, schedule } = this.#options;
    const own = nextHop.kind === 'hosts' ? nextHop : null;
    const line = new NextHopLine({
      clock,
      randomBytes,
      maxSessions: own?.maxSessions ?? MAX_SESSIONS_PER_NEXT_HOP,
      messagesPerMinute: own?.messagesPerMinute ?? null,
      firstRestMs: () => own?.retry?.firstRetryMs ?? schedule().firstRetryMs,
      onChange: () => this.#changed.emit(),
    });
    this.#lines.set(key, { name: nameOfNextHop(nextHop), line });
    return line;
  }

  list(): readonly NextHopState[] {
    const states = [...this.#lines.values()].map(({ name, line }): NextHopState => {
      const { sessions, waiting, rest } = line;
      const reason = rest === null ? null : `${rest.problem.status} ${rest.problem.diagnostic}`;
      return { name, sessions, waiting, restsUntil: rest?.until ?? null, reason };
    });
    return states
      .filter(({ sessions, waiting, restsUntil }) => sessions + waiting > 0 || restsUntil !== null)
      .sort((a, b) => (b.restsUntil ?? 0) - (a.restsUntil ?? 0) || b.waiting - a.waiting);
  }

  tryNow(name: string): void {
    for (const named of this.#lines.values()) if (named.name === name) named.line.tryNow();
  }

  /** Lines without anybody go; of those that only remember a refusal, the oldest where there are too many. */
  #forgetSome(): void {
    for (const [key, { line }] of this.#lines) {
      const isOneTooMany = this.#lines.size >= MAX_REMEMBERED_NEXT_HOPS && line.sessions + line.waiting === 0;
      if (line.isForgettable || isOneTooMany) this.#lines.delete(key);
      if (this.#lines.size < MAX_REMEMBERED_NEXT_HOPS / 2) return;
    }
  }
}
