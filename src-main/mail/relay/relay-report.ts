/** What came of an attempt to relay, as the queue records it. */
import type { RecipientVerdict } from '../../protocol/smtp/client/transaction.ts';
import { MAX_DIAGNOSTIC_CHARACTERS } from '../../protocol/smtp/client/limits.ts';
import type { SessionProblem } from '../../protocol/smtp/client/problem.ts';
import type { AttemptTls, MailEvent, RecipientOutcome } from '../events.ts';
import type { CourierReport, QueueEntry, QueueRecipient } from '../queue/port.ts';

export interface SettledRecipient {
  readonly recipient: QueueRecipient;
  readonly verdict: RecipientVerdict;
}

/** Where the verdicts come from. */
export interface Source {
  readonly at: number;
  /** The host that was asked last; absent where none was found. */
  readonly remoteMta?: string;
  readonly remoteAddress?: string;
  /** The transcript that shows it. */
  readonly sessionId?: string;
  readonly tls?: AttemptTls;
}

export function makeReport(
  entry: QueueEntry,
  settled: readonly SettledRecipient[],
  { at, remoteMta, remoteAddress, sessionId, tls }: Source,
): CourierReport {
  const outcomes = settled.map(({ recipient, verdict }) => {
    const host = remoteMta === undefined ? {} : { remoteMta };
    const outcome: RecipientOutcome = { ...verdict, ...host, recipient: recipient.address, at };
    return { recipient, outcome };
  });
  const events = outcomes.map(({ recipient, outcome }): MailEvent => {
    const session = sessionId === undefined ? {} : { sessionId };
    const attempt = recipient.attempts + 1;
    const security = tls === undefined ? {} : { tls };
    const address = remoteAddress === undefined ? {} : { remoteAddress };
    return {
      type: 'attempted',
      traceId: entry.id,
      at,
      attempt,
      outcome,
      ...address,
      ...security,
      ...session,
    };
  });
  return {
    outcomes: outcomes.map(({ recipient, outcome }) => ({ ordinal: recipient.ordinal, outcome })),
    deposits: [],
    events,
  };
}

/** What a problem with the way there means for a recipient. */
export function verdictOfProblem({ isPermanent, status, diagnostic }: SessionProblem): RecipientVerdict {
  return { kind: isPermanent ? 'failed' : 'deferred', status, diagnostic };
}

/** Nobody was asked: the next hop rests, for the reason that it gave to others. */
export function makeRestReport(
  recipients: readonly QueueRecipient[],
  rest: { problem: SessionProblem; name: string; at: number; restsUntil: number },
): CourierReport {
  const { problem, name, at, restsUntil } = rest;
  const verdict = { kind: 'deferred', status: problem.status } as const;
  const diagnostic = `Not tried: ${name} rests after ${problem.diagnostic}`.slice(
    0,
    MAX_DIAGNOSTIC_CHARACTERS,
  );
  return {
    outcomes: recipients.map(({ ordinal, address }) => ({
      ordinal,
      outcome: { ...verdict, diagnostic, recipient: address, at },
      restsUntil,
    })),
    deposits: [],
    events: [],
  };
}
