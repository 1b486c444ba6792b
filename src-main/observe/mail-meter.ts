/**
 * MailMeter: how much mail flows: totals since start and a count per minute.
 *
 * Flow: stages emit mail events → here → overview. Invariants: constant memory; an event costs two additions.
 */
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { MailEvent, MailEventSink, RefusalEvent } from '../mail/events.ts';
import type { VerdictAction } from '../mail/verdict.ts';
import { sumFlow, type FlowKind } from './flow-kinds.ts';
import type { FlowCounts, MailMeter } from './port.ts';

const MINUTE_MS = 60_000;
/** What the overview's live chart shows; flow-history.ts keeps more. */
const MOST_MINUTES = 60;

type MutableCounts = Record<FlowKind, number>;
type Bucket = MutableCounts & { readonly minuteStart: number };

export class EventMeter implements MailMeter {
  readonly #clock: Clock;
  readonly #totals = sumFlow();
  readonly #buckets: Bucket[] = [];
  readonly #events: Emitter<MailEvent | RefusalEvent>;

  constructor(options: { clock: Clock; onError: (error: unknown) => void }) {
    this.#clock = options.clock;
    this.#events = new Emitter(options.onError);
  }

  get onEvent() {
    return this.#events.subscribe;
  }

  /** Hand this to the stages. */
  readonly sink: MailEventSink = (event) => {
    const name = countedAs(event);
    if (name !== undefined) this.#count(name);
    if (event.type === 'screened') this.#countVerdict(event.action);
    this.#events.emit(event);
  };

  #countVerdict(action: VerdictAction): void {
    if (action === 'junk') this.#count('foundJunk');
    else if (action === 'quarantine') this.#count('keptApart');
    else if (action !== 'accept') this.#count('turnedAway');
  }

  #count(name: FlowKind): void {
    this.#totals[name]++;
    this.#currentBucket()[name]++;
  }

  totals(): FlowCounts {
    return { ...this.#totals };
  }

  history(minutes: number): readonly (FlowCounts & { readonly minuteStart: number })[] {
    const now = this.#minuteStart();
    const byStart = new Map(this.#buckets.slice(-minutes).map((bucket) => [bucket.minuteStart, bucket]));
    return Array.from({ length: minutes }, (_, index) => {
      const minuteStart = now - (minutes - 1 - index) * MINUTE_MS;
      return byStart.get(minuteStart) ?? { ...sumFlow(), minuteStart };
    });
  }

  #minuteStart(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
  }

  #currentBucket(): Bucket {
    const minuteStart = this.#minuteStart();
    const last = this.#buckets.at(-1);
    if (last?.minuteStart === minuteStart) return last;
    const bucket = { ...sumFlow(), minuteStart };
    this.#buckets.push(bucket);
    if (this.#buckets.length > MOST_MINUTES) this.#buckets.shift();
    return bucket;
  }
}

function countedAs(event: MailEvent | RefusalEvent): FlowKind | undefined {
  switch (event.type) {
    case 'received':
      return event.via === 'submission' ? 'submitted' : 'received';
    case 'refused':
      return 'refused';
    case 'attempted':
      return event.outcome.kind === 'failed' && event.outcome.remoteMta !== undefined
        ? 'relayFailed'
        : event.outcome.kind;
    case 'read':
      return 'read';
    case 'screened':
      return 'screened';
    case 'repaired':
    case 'quarantined':
    case 'quarantineReleased':
    case 'quarantineRemoved':
    case 'queued':
    case 'expanded':
    case 'awaitsModeration':
    case 'moderationAnswered':
    case 'filtered':
    case 'discarded':
    case 'forwarded':
    case 'forwardingLoop':
    case 'answered':
    case 'bounced':
    case 'unreported':
    case 'held':
    case 'released':
    case 'removed':
    case 'heldByRule':
    case 'nextHopChanged':
    case 'recipientChanged':
    case 'recipientAdded':
    case 'returned':
    case 'finished':
    case 'moved':
    case 'copied':
    case 'expunged':
    case 'bouncedBack':
    case 'follows':
      return undefined;
  }
}
