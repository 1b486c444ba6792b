/**
 * PublishingDesk: compares what a domain's DNS should have with what it has, changes it, watches the change spread, takes it back.
 *
 * Flow: host/api/publishing → here → health/publishing (who keeps the zone), DNS. Invariants: only records within the domain are
 * touched; a change is made of what was shown; what was changed last can be taken back until something else is changed.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { changeSetOf, inverseOf, keyOf, setsOf } from '../../health/publishing/change-sets.ts';
import { BY_HAND, guessHost, type DnsHost, type Keeper } from '../../health/publishing/keeping.ts';
import {
  findNameServers,
  lookUpRecords,
  type AskDns,
  type LookedUp,
} from '../../health/publishing/look-up-records.ts';
import { openPublisher, type PublisherTools } from '../../health/publishing/open-publisher.ts';
import type { ChangeSet, Published, PublishProblem, RecordSetName } from '../../health/publishing/port.ts';
import {
  compareRecords,
  type FoundRecord,
  type RecordComparison,
} from '../../health/records/compare-records.ts';
import { isWithin, type WantedRecord } from '../../health/records/wanted-records.ts';
import type { SettingsStore } from '../port.ts';
import type { AppliedChange, AppliedChangeStore } from './port.ts';
import { watchSpread, type SpreadState } from './watch-spread.ts';

export interface PublishingDeskOptions {
  readonly settings: SettingsStore;
  readonly changes: AppliedChangeStore;
  readonly wanted: () => Promise<readonly { domain: string; records: readonly WantedRecord[] }[]>;
  readonly tools: PublisherTools;
  /** Through a resolver. */
  readonly ask: AskDns;
  /** At one name server. */
  readonly askAt: (address: string) => AskDns;
  readonly clock: Clock;
}

export interface DomainState {
  readonly keeper: Keeper;
  readonly nameServers: readonly string[];
  readonly guessedHost: DnsHost;
  readonly lastChange: AppliedChange | null;
}

export interface DomainComparison extends RecordComparison {
  /** Names this comparison: what is wanted and what was found. */
  readonly revision: string;
  /** Wanted in the zone of another domain. */
  readonly elsewhere: readonly WantedRecord[];
  /** Sets that nobody would tell of. */
  readonly unanswered: readonly RecordSetName[];
}

export type ApplyRefusal = 'changedMeanwhile' | 'nothingChosen' | 'keptByHand' | 'nothingToUndo';

export class PublishingDesk {
  readonly #options: PublishingDeskOptions;

  constructor(options: PublishingDeskOptions) {
    this.#options = options;
  }

  async read(domain: string): Promise<DomainState> {
    const { ask, changes } = this.#options;
    const [keeper, nameServers, lastChange] = await Promise.all([
      this.#keeperOf(domain),
      findNameServers(domain, ask),
      changes.read(domain),
    ]);
    return { keeper, nameServers, guessedHost: guessHost(nameServers), lastChange };
  }

  async changeKeeper(domain: string, keeper: Keeper): Promise<void> {
    const { dnsKeeping } = await this.#options.settings.read();
    const others = dnsKeeping.filter((each) => each.domain !== domain);
    await this.#options.settings.change({ dnsKeeping: [...others, { domain, keeper }] });
  }

  /** The domain is ours no more: its credentials go. */
  async forget(domain: string): Promise<void> {
    const { settings, changes } = this.#options;
    const { dnsKeeping } = await settings.read();
    const others = dnsKeeping.filter((each) => each.domain !== domain);
    if (others.length < dnsKeeping.length) await settings.change({ dnsKeeping: others });
    await changes.remove(domain);
  }

  async test(domain: string, keeper: Keeper): Promise<Published<{ zone: string }>> {
    if (keeper.kind === 'byHand') return ok({ zone: domain });
    const publisher = await openPublisher(domain, keeper, this.#options.tools);
    return publisher.ok ? publisher.value.test() : publisher;
  }

  async compare(domain: string): Promise<Published<DomainComparison>> {
    const wanted = await this.wantedOf(domain);
    const found = await this.#find(domain, setsOf(wanted.filter(({ name }) => isWithin(name, domain))));
    return found.ok ? ok(compareWith(domain, wanted, found.value)) : found;
  }

  /** With what somebody brings. */
  async compareRecords(domain: string, records: readonly FoundRecord[]): Promise<DomainComparison> {
    return compareWith(domain, await this.wantedOf(domain), { records, unanswered: [] });
  }

  async wantedOf(domain: string): Promise<readonly WantedRecord[]> {
    const all = await this.#options.wanted();
    return all.find((each) => each.domain === domain)?.records ?? [];
  }

  async apply(
    domain: string,
    asked: { revision: string; chosen: readonly string[]; by: string },
  ): Promise<Result<void, ApplyRefusal | PublishProblem>> {
    const comparison = await this.compare(domain);
    if (!comparison.ok) return comparison;
    if (comparison.value.revision !== asked.revision) return err('changedMeanwhile');
    const chosen = new Set(asked.chosen);
    const change = changeSetOf(comparison.value, (key) => chosen.has(key));
    if (change.add.length + change.remove.length === 0) return err('nothingChosen');
    return this.#keepAndPublish({ domain, change, at: this.#options.clock.now(), by: asked.by });
  }

  async undo(domain: string): Promise<Result<void, ApplyRefusal | PublishProblem>> {
    const last = await this.#options.changes.read(domain);
    if (last === null) return err('nothingToUndo');
    const undone = await this.#publish(domain, inverseOf(last.change));
    if (undone.ok) await this.#options.changes.remove(domain);
    return undone;
  }

  /** Ends when all name servers have the last change, or after a while. */
  async *watchSpread(domain: string, signal?: AbortSignal): AsyncGenerator<SpreadState, void, void> {
    const last = await this.#options.changes.read(domain);
    if (last === null) return yield { servers: [], isDone: true, nextLookInMs: null };
    yield* watchSpread(domain, last.change, { ...this.#options, ...(signal !== undefined && { signal }) });
  }

  /** Kept first: a change that was made can be taken back, whatever happens then. */
  async #keepAndPublish(applied: AppliedChange): Promise<Result<void, ApplyRefusal | PublishProblem>> {
    const { changes } = this.#options;
    const { domain, change } = applied;
    const before = await changes.read(domain);
    await changes.put(applied);
    const published = await this.#publish(domain, change);
    if (published.ok) return published;
    if (before === null) await changes.remove(domain);
    else await changes.put(before);
    return published;
  }

  async #publish(domain: string, change: ChangeSet): Promise<Result<void, ApplyRefusal | PublishProblem>> {
    const keeper = await this.#keeperOf(domain);
    if (keeper.kind === 'byHand') return err('keptByHand');
    const publisher = await openPublisher(domain, keeper, this.#options.tools);
    return publisher.ok ? publisher.value.apply(change) : publisher;
  }

  async #keeperOf(domain: string): Promise<Keeper> {
    const { dnsKeeping } = await this.#options.settings.read();
    return dnsKeeping.find((each) => each.domain === domain)?.keeper ?? BY_HAND;
  }

  /** As its keeper has it; kept by hand: as DNS tells the world. */
  async #find(domain: string, sets: readonly RecordSetName[]): Promise<Published<LookedUp>> {
    const keeper = await this.#keeperOf(domain);
    if (keeper.kind === 'byHand') return ok(await lookUpRecords(sets, this.#options.ask));
    const publisher = await openPublisher(domain, keeper, this.#options.tools);
    if (!publisher.ok) return publisher;
    const records = await publisher.value.list(sets);
    return records.ok ? ok({ records: records.value, unanswered: [] }) : records;
  }
}

function compareWith(
  domain: string,
  wanted: readonly WantedRecord[],
  { records, unanswered }: LookedUp,
): DomainComparison {
  const own = wanted.filter(({ name }) => isWithin(name, domain));
  const elsewhere = wanted.filter(({ name }) => !isWithin(name, domain));
  const comparison = compareRecords(own, records);
  return { ...comparison, elsewhere, unanswered, revision: revisionOf(own, records) };
}

function revisionOf(wanted: readonly WantedRecord[], found: readonly FoundRecord[]): string {
  const lines = [wanted, found].map((records) => records.map(keyOf).toSorted());
  return createHash('sha256').update(JSON.stringify(lines)).digest('base64url').slice(0, 22);
}
