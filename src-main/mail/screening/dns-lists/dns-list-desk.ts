/**
 * DnsListDesk: asks DNS lists, remembers their answers for as long as they say, and knows which lists cannot be trusted now.
 *
 * RFC 5782 §5: a list of addresses has 127.0.0.2 and has not 127.0.0.1; a list of names has TEST and has not INVALID. That is
 * asked before a list is believed, and again each hour.
 * Invariants: memory is bounded; questions about one name that come together are one question; "could not determine" is an answer.
 */
import type { Clock } from '../../../base/clock.ts';
import type { TimedResolver } from '../../../protocol/dns/resolver.ts';
import type { DnsListSetting, ListMeaning } from '../settings.ts';
import { describeRefusal, kindOfAnswer, meaningsOf, nameOfAddress } from './list-answers.ts';

export type ListAnswer =
  | {
      readonly kind: 'listed';
      readonly answers: readonly string[];
      readonly meanings: readonly ListMeaning[];
    }
  | { readonly kind: 'notListed' }
  | { readonly kind: 'undetermined'; readonly reason: string };

export type ListState =
  | { readonly kind: 'untested' | 'working' }
  | { readonly kind: 'broken' | 'undetermined'; readonly reason: string };

interface Remembered {
  readonly until: number;
  readonly answer: Promise<RawAnswer>;
}

type RawAnswer =
  | { readonly kind: 'listed'; readonly answers: readonly string[]; readonly ttlMs: number }
  | { readonly kind: 'notListed' }
  | { readonly kind: 'undetermined'; readonly reason: string };

/** Answers that are remembered; the oldest give way. */
const MOST_REMEMBERED = 20_000;
const LONGEST_MS = 60 * 60_000;
const SHORTEST_MS = 10_000;
/** Node does not tell how long "not listed" may be kept; lists say some minutes. */
const NOT_LISTED_MS = 5 * 60_000;
const UNDETERMINED_MS = 60_000;
const TEST_AGAIN_MS = 60 * 60_000;
/** What could not be found out about a list is tried again sooner. */
const TEST_SOON_MS = 5 * 60_000;

export class DnsListDesk {
  readonly #resolver: TimedResolver;
  readonly #clock: Clock;
  readonly #answers = new Map<string, Remembered>();
  readonly #states = new Map<string, { readonly testedAt: number; readonly state: Promise<ListState> }>();
  readonly #known = new Map<string, ListState>();

  constructor(options: { resolver: TimedResolver; clock: Clock }) {
    this.#resolver = options.resolver;
    this.#clock = options.clock;
  }

  /** `key`: the client's address, or a name found in a body, as the list's kind asks for. */
  async ask(list: DnsListSetting, key: string): Promise<ListAnswer> {
    const state = await this.#test(list);
    if (state.kind === 'broken' || state.kind === 'undetermined') {
      return { kind: 'undetermined', reason: state.reason };
    }
    const name = nameFor(list, key);
    if (name === null) return { kind: 'notListed' };
    const answer = await this.#askName(name);
    if (answer.kind !== 'listed') return answer;
    const { answers } = answer;
    return { kind: 'listed', answers, meanings: meaningsOf(answers, list.meanings) };
  }

  /** As far as is known; asks nobody. */
  stateOf({ zone }: Pick<DnsListSetting, 'zone'>): ListState {
    return this.#known.get(zone) ?? { kind: 'untested' };
  }

  /** Asks the list what every list must answer, now. */
  testAgain(list: DnsListSetting): Promise<ListState> {
    this.#states.delete(list.zone);
    for (const name of testNames(list)) this.#answers.delete(name);
    return this.#test(list);
  }

  #test(list: DnsListSetting): Promise<ListState> {
    const { zone } = list;
    const last = this.#states.get(zone);
    const patienceMs = this.stateOf(list).kind === 'undetermined' ? TEST_SOON_MS : TEST_AGAIN_MS;
    if (last !== undefined && this.#clock.now() - last.testedAt < patienceMs) return last.state;
    const state = this.#runTest(list);
    this.#states.set(zone, { testedAt: this.#clock.now(), state });
    return state;
  }

  async #runTest(list: DnsListSetting): Promise<ListState> {
    const [listed, unlisted] = await Promise.all(testNames(list).map((name) => this.#askName(name)));
    const state = judgeList(list, listed, unlisted);
    this.#known.set(list.zone, state);
    return state;
  }

  #askName(name: string): Promise<RawAnswer> {
    const now = this.#clock.now();
    const known = this.#answers.get(name);
    if (known !== undefined && known.until > now) return known.answer;
    const answer = this.#look(name);
    // Until it is there, for everybody who asks meanwhile; then for as long as it says.
    this.#remember(name, { until: now + LONGEST_MS, answer });
    void answer.then((found) => this.#remember(name, { until: this.#clock.now() + keepMs(found), answer }));
    return answer;
  }

  async #look(name: string): Promise<RawAnswer> {
    const found = await this.#resolver.timedA(name);
    if (found.kind === 'temporaryFailure') return { kind: 'undetermined', reason: found.reason };
    if (found.kind !== 'found') return { kind: 'notListed' };
    const answers = found.records.map(({ address }) => address);
    const refusal = answers.find((address) => kindOfAnswer(address) === 'refused');
    if (refusal !== undefined) return { kind: 'undetermined', reason: describeRefusal(refusal) };
    if (answers.some((address) => kindOfAnswer(address) === 'foreign')) {
      return { kind: 'undetermined', reason: 'the name server answers for names that do not exist' };
    }
    const ttlMs = 1000 * Math.min(...found.records.map(({ ttlSeconds }) => ttlSeconds));
    return { kind: 'listed', answers, ttlMs };
  }

  #remember(name: string, remembered: Remembered): void {
    this.#answers.delete(name);
    this.#answers.set(name, remembered);
    if (this.#answers.size <= MOST_REMEMBERED) return;
    const [oldest] = this.#answers.keys();
    if (oldest !== undefined) this.#answers.delete(oldest);
  }
}

function keepMs(answer: RawAnswer): number {
  if (answer.kind === 'undetermined') return UNDETERMINED_MS;
  if (answer.kind === 'notListed') return NOT_LISTED_MS;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, answer.ttlMs));
}

function nameFor({ kind, zone }: DnsListSetting, key: string): string | null {
  return kind === 'client' ? nameOfAddress(key, zone) : `${key}.${zone}`;
}

/** RFC 5782 §5: what must be listed, and what must not. */
function testNames({ kind, zone }: DnsListSetting): readonly [string, string] {
  return kind === 'client' ? [`2.0.0.127.${zone}`, `1.0.0.127.${zone}`] : [`test.${zone}`, `invalid.${zone}`];
}

function judgeList(list: DnsListSetting, listed?: RawAnswer, unlisted?: RawAnswer): ListState {
  if (unlisted?.kind === 'listed') {
    return {
      kind: 'broken',
      reason: 'the list has everything in it, even what must not be there (RFC 5782)',
    };
  }
  const undetermined = [listed, unlisted].find((answer) => answer?.kind === 'undetermined');
  if (undetermined?.kind === 'undetermined') return undetermined;
  // Lists of good hosts are asked for none of their own test entries in practice; a list of bad ones without it is empty.
  if (listed?.kind === 'listed' || isGoodList(list)) return { kind: 'working' };
  return { kind: 'broken', reason: 'the list is empty: not even its test entry is in it (RFC 5782)' };
}

function isGoodList({ meanings }: DnsListSetting): boolean {
  return meanings.every(({ weight }) => weight < 0);
}
