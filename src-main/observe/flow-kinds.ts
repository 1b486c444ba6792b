/** What is counted of the mail that flows, in the order in which it is told. */
export const FLOW_KINDS = [
  'received',
  'submitted',
  'refused',
  'delivered',
  'relayed',
  'deferred',
  /** Given up here. */
  'failed',
  /** Given up because the next hop said so. */
  'relayFailed',
  'read',
  /** Judged on their way in; of them into Junk, into quarantine, and refused for what they hold. */
  'screened',
  'foundJunk',
  'keptApart',
  'turnedAway',
] as const;
export type FlowKind = (typeof FLOW_KINDS)[number];

/** Sums up; a kind that is missing did not happen. */
export function sumFlow(...counts: readonly Partial<Record<FlowKind, number>>[]): Record<FlowKind, number> {
  const sum = (kind: FlowKind) => counts.reduce((total, each) => total + (each[kind] ?? 0), 0);
  return Object.fromEntries(FLOW_KINDS.map((kind) => [kind, sum(kind)])) as Record<FlowKind, number>;
}
