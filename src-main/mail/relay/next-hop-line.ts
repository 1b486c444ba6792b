/**
 * NextHopLine: where attempts stand in line for one next hop: few sessions at once, a rate, and a rest when it refuses us.
 *
 * Flow: enter() → one's turn, or why not → leave(); refused() and succeeded() say how it went.
 * Invariants: at most as many are inside as the next hop takes, and no more messages a minute; bulk gives way to other mail for
 * a while. Nobody waits longer than MAX_LINE_WAIT_MS: who has no turn by then comes again later, so that one slow next
 * hop never keeps the attempts of others. After a refusal it is left alone for a growing while; then one attempt tries
 * it for all, and one success ends the caution.
 */
import { AgeingLine } from '../../base/ageing-line.ts';
import type { Cancel, Clock } from '../../base/clock.ts';
import type { RandomBytes } from '../../base/ids.ts';
import type { SessionProblem } from '../../protocol/smtp/client/problem.ts';
import {
  BULK_PATIENCE_MS,
  FIRST_TURN_GAP_MS,
  MAX_LATER_MS,
  MAX_LINE_WAIT_MS,
  MAX_REST_MS,
  MAX_TURN_GAP_MS,
  MEASURED_MS,
  MIN_LATER_MS,
  SHORT_LINE,
} from './limits.ts';

/** What standing in line comes to. */
export type Admission =
  /** One's turn, which ends with leave(). */
  | { readonly kind: 'turn' }
  /** There is no point in it. */
  | { readonly kind: 'hopeless'; readonly problem: SessionProblem }
  /** It rests: come again then. */
  | { readonly kind: 'rests'; readonly until: number; readonly problem: SessionProblem }
  /** Too many want to go there: come again then. */
  | { readonly kind: 'later'; readonly until: number };

export interface LineOptions {
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly maxSessions: number;
  /** null: as many as come. */
  readonly messagesPerMinute: number | null;
  /** How long the first rest is. */
  readonly firstRestMs: () => number;
  /** It begins or ends a rest. */
  readonly onChange: () => void;
}

/** Who stands in line. */
export interface Attempt {
  readonly isBulk: boolean;
}

interface Waiter {
  readonly tell: (admission: Admission) => void;
  readonly cancel: Cancel;
  isGone: boolean;
}

export class NextHopLine {
  readonly #options: LineOptions;
  readonly #waiting = new AgeingLine<Waiter>(BULK_PATIENCE_MS);
  #inside = 0;
  /** Somebody waited in vain: newcomers see a short line. */
  #isCongested = false;
  #refusals = 0;
  #restsUntil = 0;
  #problem: SessionProblem | null = null;
  #nextSlotAt = 0;
  #cancelSlot: Cancel | null = null;
  /** How fast turns have been ending, and how many of late, to guess when the next ones come. */
  #turnGapMs = FIRST_TURN_GAP_MS;
  #countedFrom = 0;
  #turnsEnded = 0;
  #laterAt = 0;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#countedFrom = options.clock.now();
  }

  get sessions(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Why and until when it rests; null where it does not. */
  get rest(): { readonly until: number; readonly problem: SessionProblem } | null {
    if (this.#problem === null || this.#restsUntil <= this.#now) return null;
    return { until: this.#restsUntil, problem: this.#problem };
  }

  /** Nobody is there and nothing needs to be remembered. */
  get isForgettable(): boolean {
    return this.#inside === 0 && this.waiting === 0 && this.#refusals === 0 && this.#nextSlotAt <= this.#now;
  }

  enter({ isBulk }: Attempt): Promise<Admission> {
    const { rest } = this;
    if (rest !== null) return Promise.resolve({ kind: 'rests', ...rest, until: this.#afterRest(rest.until) });
    if (this.waiting === 0 && this.#hasRoom && this.#hasSlot) return Promise.resolve(this.#letIn());
    if (this.#isCongested && this.#waiting.sizeOf(isBulk) >= SHORT_LINE)
      return Promise.resolve(this.#putOff());
    return new Promise((tell) => this.#standInLine(tell, isBulk));
  }

  leave(): void {
    this.#inside--;
    this.#turnsEnded++;
    this.#measure();
    this.#advance();
  }

  /** Another message on the same turn; resolves when the rate allows for it. */
  async pace(): Promise<void> {
    while (!this.#hasSlot) {
      const waitMs = this.#nextSlotAt - this.#now;
      await new Promise<void>((resolve) => this.#options.clock.after(waitMs, resolve));
    }
    this.#takeSlot();
  }

  /** No host of it talked to us: it is left alone for a while, and everybody in line shares the news. */
  refused(problem: SessionProblem): void {
    if (problem.isPermanent) return this.#dismiss(() => ({ kind: 'hopeless', problem }));
    if (this.rest !== null) return;
    const restMs = Math.min(this.#options.firstRestMs() * 2 ** this.#refusals, MAX_REST_MS);
    this.#refusals++;
    this.#problem = problem;
    this.#restsUntil = this.#now + restMs;
    this.#dismiss(() => ({ kind: 'rests', until: this.#afterRest(this.#restsUntil), problem }));
    this.#options.clock.after(restMs, this.#options.onChange);
    this.#options.onChange();
  }

  succeeded(): void {
    if (this.#refusals === 0) return;
    this.#refusals = 0;
    this.tryNow();
  }

  /** Ends the rest. */
  tryNow(): void {
    this.#restsUntil = 0;
    this.#problem = null;
    this.#advance();
    this.#options.onChange();
  }

  get #now(): number {
    return this.#options.clock.now();
  }

  /** After a refusal one attempt goes first. */
  get #hasRoom(): boolean {
    return this.#inside < (this.#refusals > 0 ? 1 : this.#options.maxSessions);
  }

  get #hasSlot(): boolean {
    return this.#options.messagesPerMinute === null || this.#now >= this.#nextSlotAt;
  }

  get #slotMs(): number {
    const { messagesPerMinute } = this.#options;
    return messagesPerMinute === null ? 0 : 60_000 / messagesPerMinute;
  }

  #takeSlot(): void {
    this.#nextSlotAt = Math.max(this.#now, this.#nextSlotAt) + this.#slotMs;
  }

  #letIn(): Admission {
    this.#inside++;
    this.#takeSlot();
    return { kind: 'turn' };
  }

  #standInLine(tell: (admission: Admission) => void, isBulk: boolean): void {
    const cancel = this.#options.clock.after(MAX_LINE_WAIT_MS, () => {
      waiter.isGone = true;
      // All wait as long: who goes is at the head.
      this.#waiting.dropHeads(({ isGone }) => isGone);
      this.#isCongested = true;
      tell(this.#putOff());
    });
    const waiter: Waiter = { tell, cancel, isGone: false };
    this.#waiting.push(waiter, { isBulk, since: this.#now });
    this.#advance();
  }

  #advance(): void {
    while (this.#hasRoom && this.#hasSlot) {
      const waiter = this.#takeWaiter();
      if (waiter === undefined) break;
      waiter.tell(this.#letIn());
    }
    if (this.waiting === 0) this.#isCongested = false;
    else if (this.#hasRoom && this.#cancelSlot === null) this.#awaitSlot();
  }

  #awaitSlot(): void {
    this.#cancelSlot = this.#options.clock.after(this.#nextSlotAt - this.#now, () => {
      this.#cancelSlot = null;
      this.#advance();
    });
  }

  #takeWaiter(): Waiter | undefined {
    const waiter = this.#waiting.take();
    waiter?.cancel();
    return waiter;
  }

  #dismiss(admission: () => Admission): void {
    for (let waiter = this.#takeWaiter(); waiter !== undefined; waiter = this.#takeWaiter()) {
      waiter.tell(admission());
    }
  }

  #measure(): void {
    const passedMs = this.#now - this.#countedFrom;
    if (passedMs < MEASURED_MS) return;
    this.#turnGapMs = Math.min(MAX_TURN_GAP_MS, passedMs / Math.max(1, this.#turnsEnded));
    this.#countedFrom = this.#now;
    this.#turnsEnded = 0;
  }

  /** One after another, as fast as turns have been ending, so that they do not come back all at once. */
  #putOff(): Admission {
    this.#measure();
    // Rather too early than too late: a session that nobody waits for is lost time.
    const gap = Math.max(this.#turnGapMs / 2, this.#slotMs);
    this.#laterAt = Math.max(this.#now + MIN_LATER_MS, this.#laterAt + gap);
    if (this.#laterAt > this.#now + MAX_LATER_MS) this.#laterAt = this.#now + MAX_LATER_MS;
    return { kind: 'later', until: Math.ceil(this.#laterAt) };
  }

  /** Up to a quarter of the rest later, by chance. */
  #afterRest(until: number): number {
    const [chance = 0] = this.#options.randomBytes(1);
    return Math.ceil(until + ((until - this.#now) * chance) / (4 * 255));
  }
}
