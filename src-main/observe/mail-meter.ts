/**
 * MailMeter: how much mail flows: totals since start and a count per minute.
 *
 * Flow: stages emit mail events → here → overview. Invariants: constant memory; an event costs two additions.
 */
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import type { MailEvent, MailEventSink, RefusalEvent } from '../mail/events.ts';
import type { VerdictAction } from '../mail/verdict.ts';
import type { FlowCounts, MailMeter } from './port.ts';

const MINUTE_MS = 60_000;
/** A week of minutes: what the overview's longest chart shows. */
const MOST_MINUTES = 7 * 24 * 60;

type MutableCounts = { -readonly [Name in keyof FlowCounts]: number };
type Bucket = MutableCounts & { readonly minuteStart: number };

function zeroCounts(): MutableCounts {
  return {
    received: 0,
    submitted: 0,
    refused: 0,
    delivered: 0,
    relayed: 0,
    deferred: 0,
    failed: 0,
    relayFailed: 0,
    read: 0,
    screened: 0,
    foundJunk: 0,
    keptApart: 0,
    turnedAway: 0,
  };
}

export class EventMeter implements MailMeter {
  readonly #clock: Clock;
  readonly #totals = zeroCounts();
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

  #count(name: keyof FlowCounts): void {
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
      return byStart.get(minuteStart) ?? { ...zeroCounts(), minuteStart };
    });
  }

  #minuteStart(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS) * MINUTE_MS;
  }

  #currentBucket(): Bucket {
    const minuteStart = this.#minuteStart();
    const last = this.#buckets.at(-1);
    if (last?.minuteStart === minuteStart) return last;
    const bucket = { ...zeroCounts(), minuteStart };
    this.#buckets.push(bucket);
    if (this.#buckets.length > MOST_MINUTES) this.#buckets.shift();
    return bucket;
  }
}

function countedAs(event: MailEvent | RefusalEvent): keyof FlowCounts | undefined {
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
      return undefined;
  }
}
