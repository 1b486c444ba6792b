/**
 * Flag rules: how the mailstore keeps flags, as pure functions (RFC 9051 §2.3.2, §6.4.6).
 *
 * Invariants: flags compare without case; system flags have their one spelling, a keyword the one that came first.
 */
import { SYSTEM_FLAGS } from './port.ts';
import type { FlagOperation, UidRange } from './port.ts';

/** Flags as they are kept: system flags first, each once. */
export function normalizeFlags(flags: readonly string[]): string[] {
  const keywords = new Map<string, string>();
  const system = new Set<string>();
  for (const flag of flags) {
    const key = flag.toLowerCase();
    const known = SYSTEM_FLAGS.find((name) => name.toLowerCase() === key);
    if (known !== undefined) system.add(known);
    else if (!keywords.has(key)) keywords.set(key, flag);
  }
  return [...SYSTEM_FLAGS.filter((flag) => system.has(flag)), ...keywords.values()];
}

/** The flags after a STORE; `given` and `current` are normal. */
export function applyFlags(
  current: readonly string[],
  operation: FlagOperation,
  given: readonly string[],
): readonly string[] {
  switch (operation) {
    case 'add':
      return normalizeFlags([...current, ...given]);
    case 'remove': {
      const removed = new Set(given.map((flag) => flag.toLowerCase()));
      return current.filter((flag) => !removed.has(flag.toLowerCase()));
    }
    case 'replace': {
      const wanted = new Set(given.map((flag) => flag.toLowerCase()));
      return normalizeFlags([...current.filter((flag) => wanted.has(flag.toLowerCase())), ...given]);
    }
  }
}

/** Whether two normal flag lists say the same. */
export function sameFlags(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((flag) => b.includes(flag));
}

export function isInRanges(uid: number, ranges: readonly UidRange[] | undefined): boolean {
  return ranges === undefined || ranges.some((range) => uid >= range.first && uid <= range.last);
}
