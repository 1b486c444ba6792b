/**
 * Relay: hands recipients of a queue entry to the servers that are next on their way.
 *
 * Actor: MTA as SMTP client. RFC 5321 §5. Flow: queue → routing → here → DNS, SMTP client → outcomes → queue.
 * Invariants: recipients with the same next hop share transactions; every outcome is committed before the next transaction
 * begins. One window remains, and no client can close it: between the server's 2yz after the content and our commit of it
 * (milliseconds). A crash in it, or a connection lost before that reply has arrived, sends the message again to the recipients
 * of that one transaction, at most MAX_TRANSACTION_RECIPIENTS.
 */
import type { Clock } from '../../base/clock.ts';
import { SessionPool } from '../../protocol/smtp/client/session-pool.ts';
import type { SmtpClientOptions } from '../../protocol/smtp/client/open-session.ts';
import type {
  AttemptReporting,
  QueueEntry,
  QueueRecipient,
  RecordReport,
  RetrySchedule,
} from '../queue/port.ts';
import type { TlsOutcome } from '../reports/tls-outcome.ts';
import type { NextHop, RelayRoute, RoutedRecipient } from '../routing/port.ts';
import type { TargetFinderOptions } from './find-targets.ts';
import { MAX_NEXT_HOPS_AT_ONCE, RECORD_RETRY_MS, RECORD_TRIES } from './limits.ts';
import { NextHopAttempt } from './next-hop-attempt.ts';
import { NextHopLines } from './next-hop-lines.ts';
import { prepareOutgoing, type OutgoingSource } from './outgoing-content.ts';
import type { NextHopDesk } from './port.ts';
import { ignoresTlsPolicies } from './tls-required.ts';
import type { TlsPolicyFinder } from './tls-policy/choose-tls-policy.ts';

export interface RelayOptions extends SmtpClientOptions, TargetFinderOptions, OutgoingSource {
  /** The queue's own; a next hop that refuses rests in its steps. */
  readonly schedule: () => RetrySchedule;
  /** What recipients' domains ask of TLS; absent: nothing is asked. */
  readonly tlsPolicies?: Pick<TlsPolicyFinder, 'apply'>;
  /** Hears what became of TLS with the hosts of a domain. */
  readonly onTlsOutcome?: (outcome: TlsOutcome) => void;
}

export interface RelayCourier {
  /** Records every outcome itself, as soon as it is known. */
  relay(
    entry: QueueEntry,
    recipients: readonly RoutedRecipient<RelayRoute>[],
    reporting: AttemptReporting,
  ): Promise<void>;
  readonly nextHops: NextHopDesk;
  /** Says goodbye to servers that nothing is being sent to. */
  close(): Promise<void>;
}

export function createRelayCourier(options: RelayOptions): RelayCourier {
  const pool = new SessionPool(options);
  const lines = new NextHopLines(options);
  return {
    nextHops: lines,
    async relay(entry, recipients, { record, tell }) {
      const message = {
        reversePath: entry.reversePath,
        ...(entry.dsn !== undefined && { dsn: entry.dsn }),
        ...(entry.requireTls === true && { requireTls: entry.requireTls }),
        ...(await prepareOutgoing(options, entry)),
      };
      const recordSurely = insist(record, options.clock);
      const isIgnoring = await ignoresTlsPolicies(options.content, entry);
      await inParallel([...groupByNextHop(recipients)], async ([key, group]) => {
        const line = lines.lineOf(key, group.nextHop);
        const own = { pool, line, entry, message, record: recordSurely, tell };
        const parts = { ...options, ...own, ignoresTlsPolicies: isIgnoring };
        await new NextHopAttempt(group.nextHop, parts).carry(group.recipients);
      });
    },
    close: () => pool.close(),
  };
}

interface Group {
  readonly nextHop: NextHop;
  readonly recipients: QueueRecipient[];
}

function groupByNextHop(routed: readonly RoutedRecipient<RelayRoute>[]): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>();
  for (const { recipient, route } of routed) {
    const key = JSON.stringify(route.nextHop);
    const group = groups.get(key) ?? { nextHop: route.nextHop, recipients: [] };
    group.recipients.push(recipient);
    groups.set(key, group);
  }
  return groups;
}

/** A report that could not be committed is tried again for a while: the server has the message already. */
function insist(record: RecordReport, clock: Clock): RecordReport {
  return async (report) => {
    for (let tries = 1; ; tries++) {
      try {
        return await record(report);
      } catch (error) {
        if (tries >= RECORD_TRIES) throw error;
      }
      await new Promise<void>((resolve) => clock.after(RECORD_RETRY_MS, resolve));
    }
  };
}

/** Works on all items, on a few at once; the first error is thrown when all have ended. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const takeNext = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: MAX_NEXT_HOPS_AT_ONCE }, takeNext));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
