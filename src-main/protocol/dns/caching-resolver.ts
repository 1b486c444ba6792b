/**
 * Caching resolver: DNS for those who ask the same of many messages: answers are kept for a moment, and a question that is under way is
 * not asked again.
 *
 * Flow: screening (authentication, names) → here → resolver. Invariants: a definite answer is kept for ANSWER_MS, less than any zone's
 * TTL asks for; a failure for FAILURE_MS; entries are bounded. Name servers that are silent cost a few questions their time, then
 * all others are answered "nobody could say" at once for SILENCE_MS, so that a dead resolver does not stop the mail.
 */
import type { Clock } from '../../base/clock.ts';
import type { DnsResolver, LookUp } from './resolver.ts';

/** Mail comes in bursts of the same senders; what a domain changes is seen half a minute later. */
const ANSWER_MS = 30_000;
const FAILURE_MS = 5_000;
/** A question that has waited so long meets silence, so far. */
const SILENT_AFTER_MS = 2_000;
/** Silences one after the other, without an answer in between. */
const MOST_SILENCES = 3;
const SILENCE_MS = 30_000;
/** An office hears of some thousand names a day; an entry is a few hundred octets. */
const MOST_ENTRIES = 10_000;

const NOBODY_ANSWERS = {
  kind: 'temporaryFailure',
  reason: 'the name servers have not answered for a while',
} as const;

interface Entry {
  readonly answer: Promise<LookUp<unknown>>;
  /** Infinity while it is under way. */
  until: number;
}

export function createCachingResolver(resolver: DnsResolver, clock: Clock): DnsResolver {
  const cache = new AnswerCache(clock);
  return {
    mx: (domain) => cache.ask(`mx ${domain}`, () => resolver.mx(domain)),
    a: (name) => cache.ask(`a ${name}`, () => resolver.a(name)),
    aaaa: (name) => cache.ask(`aaaa ${name}`, () => resolver.aaaa(name)),
    txt: (name) => cache.ask(`txt ${name}`, () => resolver.txt(name)),
    ptr: (address) => cache.ask(`ptr ${address}`, () => resolver.ptr(address)),
  };
}

class AnswerCache {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  #silences = 0;
  #silentUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ask<T>(question: string, lookUp: () => Promise<LookUp<T>>): Promise<LookUp<T>> {
    const now = this.#clock.now();
    const known = this.#entries.get(question);
    if (known !== undefined && known.until > now) return known.answer as Promise<LookUp<T>>;
    if (now < this.#silentUntil) return Promise.resolve(NOBODY_ANSWERS);
    const answer = lookUp();
    const entry: Entry = { answer, until: Number.POSITIVE_INFINITY };
    this.#remember(question, entry);
    const cancel = this.#clock.after(SILENT_AFTER_MS, () => this.#noteSilence());
    void answer
      .then(
        ({ kind }) => this.#settle(entry, kind !== 'temporaryFailure'),
        () => this.#entries.delete(question),
      )
      .then(cancel);
    return answer;
  }

  #remember(question: string, entry: Entry): void {
    this.#entries.delete(question);
    this.#entries.set(question, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MOST_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
  }

  #settle(entry: Entry, isAnswer: boolean): void {
    entry.until = this.#clock.now() + (isAnswer ? ANSWER_MS : FAILURE_MS);
    if (!isAnswer) return;
    this.#silences = 0;
    this.#silentUntil = 0;
  }

  #noteSilence(): void {
    this.#silences++;
    if (this.#silences < MOST_SILENCES) return;
    this.#silences = 0;
    this.#silentUntil = this.#clock.now() + SILENCE_MS;
  }
}
