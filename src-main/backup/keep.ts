/**
 * Retention: which snapshots stay: the newest of each of the last days, weeks and months, and some of the last.
 *
 * Invariants: the newest always stays; a snapshot from before an upgrade stays as long as it is the newest of its kind.
 */
export interface RetentionRules {
  /** The newest ones, whenever they were made. */
  readonly last: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
}

interface Dated {
  readonly id: string;
  readonly at: number;
  readonly reason: string;
}

/** Ids of those that may go. */
export function expired(snapshots: readonly Dated[], rules: RetentionRules): readonly string[] {
  const newestFirst = [...snapshots].sort((a, b) => b.at - a.at);
  const kept = new Set(newestFirst.slice(0, Math.max(1, rules.last)).map(({ id }) => id));
  const upgrade = newestFirst.find(({ reason }) => reason === 'upgrade');
  if (upgrade !== undefined) kept.add(upgrade.id);
  for (const [count, nameOf] of [
    [rules.daily, dayOf],
    [rules.weekly, weekOf],
    [rules.monthly, monthOf],
  ] as const)
    for (const id of newestOfEach(newestFirst, count, nameOf)) kept.add(id);
  return newestFirst.filter(({ id }) => !kept.has(id)).map(({ id }) => id);
}

function newestOfEach(
  newestFirst: readonly Dated[],
  count: number,
  nameOf: (at: number) => string,
): readonly string[] {
  const newest = new Map<string, string>();
  for (const { id, at } of newestFirst) {
    const name = nameOf(at);
    if (newest.size < count && !newest.has(name)) newest.set(name, id);
  }
  return [...newest.values()];
}

const DAY_MS = 24 * 60 * 60_000;
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const THURSDAY = 3;

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function weekOf(at: number): string {
  return String(Math.floor((Math.floor(at / DAY_MS) + THURSDAY) / 7));
}

function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7);
}
