/**
 * Quarantine: copies that are kept apart, for an account or for the office, until somebody releases or deletes them, or their time is over.
 *
 * Actor: MDA. Flow: delivery → kept in the commit of its attempt → here → mailbox, on its way, or gone. Invariants: nothing leaves
 * without an event in its message's timeline; a copy that is released lies in the mailbox, or waits in the queue for the way that was
 * interrupted, in the commit that takes it from here.
 */
import { tell, type FindingDetail } from '../../../base/finding-texts.ts';
import type { ContentId } from '../../content/port.ts';
import type { TraceId } from '../../events.ts';
import type { InterruptedWay } from '../../queue/port.ts';
import type { Finding, Verdict } from '../../verdict.ts';

/** Why a copy is kept apart, as far as it matters for who may let it go. */
export const QUARANTINE_KINDS = ['malicious', 'attachment', 'forged', 'rule', 'junk'] as const;
export type QuarantineKind = (typeof QUARANTINE_KINDS)[number];

export interface QuarantinedMessage {
  readonly id: number;
  /** null: the office's. */
  readonly accountId: number | null;
  /** Whom it is for: an account's or alias's own address, or one elsewhere. */
  readonly address: string;
  readonly kind: QuarantineKind;
  readonly way: InterruptedWay;
  readonly contentId: ContentId;
  readonly sizeBytes: number;
  readonly traceId: TraceId;
  /** Header fields of the copy above its content. */
  readonly prefix: string;
  readonly reversePath: string;
  /** The forward-path that led there. */
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
  /** The office's, or those of accounts. */
  readonly isOffices?: boolean;
  readonly kinds?: readonly QuarantineKind[];
  /** Words, each somewhere in author, reverse-path, recipient, address or subject. */
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
export function reasonOf(verdict: Verdict): FindingDetail {
  const heaviest = verdict.findings.toSorted((a, b) => b.weight - a.weight)[0];
  return (decidingOf(verdict) ?? heaviest)?.detail ?? tell('points', { score: verdict.score });
}

function decidingOf({ findings, decidedBy }: Verdict): Finding | undefined {
  return findings.find(({ check, outcome }) => `${check}.${outcome}` === decidedBy);
}

const KIND_OF_CHECK: Readonly<Record<string, QuarantineKind>> = {
  attachment: 'attachment',
  dmarc: 'forged',
  rule: 'rule',
};

const GRAVE_OUTCOMES: readonly string[] = ['malicious', 'quarantine', 'discard'];

/** What an engine names or wants kept apart counts as malicious: nobody here knows better. */
export function kindOf(verdict: Verdict): QuarantineKind {
  const { check = '', outcome = '' } = decidingOf(verdict) ?? {};
  return KIND_OF_CHECK[check] ?? (GRAVE_OUTCOMES.includes(outcome) ? 'malicious' : 'junk');
}

/** What a copy goes on as: nothing keeps it apart once more. */
export function releasedVerdict(verdict: Verdict): Verdict {
  return { ...verdict, action: 'accept', decidedBy: 'quarantine.released' };
}
