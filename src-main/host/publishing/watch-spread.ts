/**
 * WatchSpread: which of a domain's name servers have a change, looked at again and again.
 *
 * Flow: publishing desk → here → name servers. Invariants: ends with the last server, with the listener, or after PATIENCE_MS; a server
 * that does not answer is told as such.
 */
import type { Clock } from '../../base/clock.ts';
import { afterChange, distinctSets, holdsSame, isSameSet } from '../../health/publishing/change-sets.ts';
import {
  addressesOf,
  findNameServers,
  lookUpRecords,
  type AskDns,
  type NameServer,
} from '../../health/publishing/look-up-records.ts';
import type { ChangeSet, RecordSetName } from '../../health/publishing/port.ts';

/** Hosts take seconds to minutes. */
const FIRST_LOOKS_MS = 5_000;
const LATER_LOOKS_MS = 15_000;
const FIRST_LOOKS = 12;
const PATIENCE_MS = 15 * 60_000;
/** More would be asked for nothing. */
const MOST_SERVERS = 8;

export interface SpreadState {
  readonly servers: readonly { readonly name: string; readonly has: number | null; readonly of: number }[];
  readonly isDone: boolean;
  readonly nextLookInMs: number | null;
}

interface WatchOptions {
  readonly ask: AskDns;
  readonly askAt: (address: string) => AskDns;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

export async function* watchSpread(
  domain: string,
  change: ChangeSet,
  options: WatchOptions,
): AsyncGenerator<SpreadState, void, void> {
  const { ask, clock, signal } = options;
  const names = (await findNameServers(domain, ask)).slice(0, MOST_SERVERS);
  const addresses = await Promise.all(names.map(async (name) => (await addressesOf(name, ask))[0]));
  const until = clock.now() + PATIENCE_MS;
  for (let look = 1; signal?.aborted !== true; look++) {
    const servers = await Promise.all(
      names.map((name, index) => lookAt({ name, server: addresses[index] }, change, options)),
    );
    const isDone = servers.every(({ has, of }) => has === of);
    const nextLookInMs = look <= FIRST_LOOKS ? FIRST_LOOKS_MS : LATER_LOOKS_MS;
    if (isDone || clock.now() + nextLookInMs > until) return yield { servers, isDone, nextLookInMs: null };
    yield { servers, isDone, nextLookInMs };
    await passed(nextLookInMs, options);
  }
}

async function lookAt(
  { name, server }: { name: string; server: NameServer | undefined },
  change: ChangeSet,
  { askAt }: WatchOptions,
): Promise<SpreadState['servers'][number]> {
  const sets = distinctSets([...change.add, ...change.remove]);
  if (server === undefined) return { name, has: null, of: sets.length };
  const { records, unanswered } = await lookUpRecords(sets, askAt(server.address));
  if (unanswered.length > 0) return { name, has: null, of: sets.length };
  const expected = afterChange(change.basis, change);
  const has = sets.filter((set) => {
    const within = (record: RecordSetName) => isSameSet(set, record);
    return holdsSame(records.filter(within), expected.filter(within));
  });
  return { name, has: has.length, of: sets.length };
}

function passed(ms: number, { clock, signal }: WatchOptions): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, resolve);
    const stop = (): void => {
      cancel();
      resolve();
    };
    signal?.addEventListener('abort', stop, { once: true });
  });
}
