/** What time and DNS make of signing keys: a pure table of states, so that every way through it can be tested. */
import type { SigningKeyChange, SigningKeyRow } from './port.ts';

/** Longer than the queue keeps mail (RFC 5321 §4.5.4.1), and than most servers elsewhere do. */
export const RETIRING_MS = 7 * 24 * 60 * 60_000;

export interface KeyPlan {
  readonly changes: readonly SigningKeyChange[];
  /** Keys that are to be announced in place of old ones. */
  readonly successors: readonly Pick<SigningKeyRow, 'domain' | 'algorithm'>[];
}

export function planChanges(
  rows: readonly SigningKeyRow[],
  facts: { isPublished: (row: SigningKeyRow) => boolean; now: number; rotateAfterMs: number },
): KeyPlan {
  const groups = Map.groupBy(rows, ({ domain, algorithm }) => `${domain} ${algorithm}`);
  const plans = [...groups.values()].map((group) => planGroup(group, facts));
  return {
    changes: plans.flatMap(({ changes }) => changes),
    successors: plans.flatMap(({ successors }) => successors),
  };
}

/** Keys of one algorithm of one domain. */
function planGroup(rows: readonly SigningKeyRow[], facts: Parameters<typeof planChanges>[1]): KeyPlan {
  const { isPublished, now, rotateAfterMs } = facts;
  const of = (state: SigningKeyRow['state']) => rows.filter((row) => row.state === state);
  const into = (state: SigningKeyRow['state']) => (row: SigningKeyRow) => ({ id: row.id, state, at: now });
  const [seen] = of('announced').filter(isPublished);
  const replaced = seen === undefined ? [] : of('active').map(into('retiring'));
  const retired = of('retiring').filter((row) => now - row.changedAt >= RETIRING_MS);
  const [active] = of('active');
  const isOld = active !== undefined && rotateAfterMs > 0 && now - active.changedAt >= rotateAfterMs;
  return {
    changes: [
      ...(seen === undefined ? [] : [into('active')(seen)]),
      ...replaced,
      ...retired.map(into('retired')),
    ],
    successors: isOld && of('announced').length === 0 ? [active] : [],
  };
}
