/**
 * Quarantine: copies that are kept apart for an account until somebody releases or deletes them, or their time is over.
 *
 * Actor: MDA. Flow: delivery → kept in the commit of its attempt → here → mailbox, or gone. Invariants: nothing leaves without an event
 * in its message's timeline; a copy that is released lies in the mailbox in the commit that takes it from here.
 */
import type { ContentId } from '../../content/port.ts';
import type { TraceId } from '../../events.ts';
import type { Verdict } from '../../verdict.ts';

export interface QuarantinedMessage {
  readonly id: number;
  readonly accountId: number;
  readonly contentId: ContentId;
  readonly sizeBytes: number;
  readonly traceId: TraceId;
  /** Header fields of the copy above its content. */
  readonly prefix: string;
  readonly reversePath: string;
  /** The forward-path that led to the account. */
  readonly recipient: string;
  readonly author: string;
  readonly subject: string;
  readonly verdict: Verdict;
  /** Milliseconds since 1970 UTC. */
  readonly keptAt: number;
}

/** Those to which all that is given applies. */
export interface QuarantineFilter {
  readonly accountId?: number;
  /** Words, each somewhere in author, reverse-path, recipient or subject. */
  readonly text?: string;
  readonly ids?: readonly number[];
  readonly keptBefore?: number;
  /** Later than this. */
  readonly keptAfter?: number;
}

export interface QuarantineOrder {
  readonly action: 'release' | 'remove';
  readonly filter: QuarantineFilter;
  /** The administrator, for the timeline; null: its time is over. */
  readonly by: string | null;
  readonly at: number;
}

/** Storage implements it. */
export interface QuarantineStore {
  /** The newest first. */
  list(
    filter: QuarantineFilter,
    page: { readonly offset: number; readonly limit: number },
  ): Promise<readonly QuarantinedMessage[]>;
  count(filter: QuarantineFilter): Promise<number>;
  /** One bounded commit; answers what left, empty when nothing more applies. */
  carryOut(order: QuarantineOrder): Promise<readonly QuarantinedMessage[]>;
}

/** In the words of what decided; by points, of what counted most. */
export function reasonOf({ verdict: { findings, decidedBy } }: QuarantinedMessage): string {
  const deciding = findings.find(({ check, outcome }) => `${check}.${outcome}` === decidedBy);
  return (deciding ?? findings.toSorted((a, b) => b.weight - a.weight)[0])?.detail ?? '';
}
