/** What names a row of health: check, whose run, subject. */
import type { FindingKey, StoredFinding } from './store-port.ts';

export function keyOf({ domain, finding: { check, subject } }: StoredFinding): FindingKey {
  return { check, domain, subject };
}

/** One text for a row. */
export function nameOf({ check, domain, subject }: FindingKey): string {
  return JSON.stringify([check, domain, subject]);
}
