/**
 * Stages: the boxes of the map: from numbers to a rate, a backlog and a state, one pure function per box.
 *
 * Flow: MailMeter, QueueStore, listeners → here → overview. Invariants: a box that stands idle is not a box in trouble.
 */
import type { FlowCounts, FlowMinute, Overview, StageState } from '../../contract/overview.ts';
import type { TranscriptBook } from '../../observe/port.ts';
import type { MailProtocol } from '../../protocol/connection/session.ts';
import type { ListenerName, ListenerStatus } from '../port.ts';

const MINUTE_MS = 60_000;
/** Mail that waits longer than this is worth a look. */
export const LONG_WAIT_MS = 60 * 60_000;

export interface StageFacts {
  readonly now: number;
  /** The last two minutes at least, oldest first. */
  readonly history: readonly FlowMinute[];
  readonly queue: Overview['queue'];
  readonly openSessions: Overview['openSessions'];
  readonly lastSessionAt: TranscriptBook['lastSessionAt'];
  readonly listeners: readonly ListenerStatus[];
  readonly accounts: number;
  readonly accountsOverQuota: number;
  /** Next hops that refused us and are left alone for a while. */
  readonly restingNextHops: number;
}

export function describeStages(facts: StageFacts): readonly StageState[] {
  const rate = (key: keyof FlowCounts): number => lastMinute(facts, key);
  const { openSessions: open } = facts;
  return [
    server(facts, 'smtp', {
      stage: 'reception',
      perMinute: rate('received'),
      inside: open.smtp,
      of: ['smtp'],
    }),
    server(facts, 'submission', {
      stage: 'submission',
      perMinute: rate('submitted'),
      inside: open.submission,
      of: ['submission', 'submissions'],
    }),
    screening(rate('screened'), {
      foundJunk: rate('foundJunk'),
      keptApart: rate('keptApart'),
      turnedAway: rate('turnedAway'),
    }),
    queue(facts, rate('received') + rate('submitted')),
    delivery(rate('delivered'), rate('failed')),
    relay(facts, rate('relayed'), rate('relayFailed')),
    mailboxes(facts, rate('delivered')),
    server(facts, 'imap', { stage: 'imap', perMinute: open.imap, inside: open.imap, of: ['imap', 'imaps'] }),
    server(facts, 'pop3', { stage: 'pop3', perMinute: open.pop3, inside: open.pop3, of: ['pop3', 'pop3s'] }),
  ];
}

/** Events of the last 60 seconds, taking of the minute before this one the share that still counts. */
function lastMinute(facts: StageFacts, key: keyof FlowCounts): number {
  const [previous, current] = [facts.history.at(-2), facts.history.at(-1)];
  if (current === undefined) return 0;
  const elapsed = Math.min(MINUTE_MS, Math.max(0, facts.now - current.minuteStart));
  const isAdjacent = previous?.minuteStart === current.minuteStart - MINUTE_MS;
  const share = isAdjacent ? (previous[key] * (MINUTE_MS - elapsed)) / MINUTE_MS : 0;
  return Math.round(current[key] + share);
}

function server(
  facts: StageFacts,
  protocol: MailProtocol,
  box: Pick<StageState, 'stage' | 'perMinute' | 'inside'> & { of: readonly ListenerName[] },
): StageState {
  const { of, ...numbers } = box;
  const listeners = facts.listeners.filter((listener) => of.includes(listener.name));
  const on = listeners.filter((listener) => listener.state !== 'off');
  const failed = on.filter((listener) => listener.state === 'failed');
  if (on.length === 0) return { ...numbers, state: 'off', problem: null };
  if (failed.length === on.length) return { ...numbers, state: 'error', problem: 'listenerFailed' };
  if (failed.length > 0) return { ...numbers, state: 'warning', problem: 'listenerPartlyFailed' };
  // Most sessions are over within a second: who looks now and then would never see one open.
  const isQuiet = facts.now - facts.lastSessionAt[protocol] >= MINUTE_MS;
  return { ...numbers, state: isIdle(numbers) && isQuiet ? 'idle' : 'ok', problem: null };
}

function screening(perMinute: number, sorted: NonNullable<StageState['sorted']>): StageState {
  // A message waits in its session until it is judged: the box itself holds nothing.
  const numbers = { stage: 'screening' as const, perMinute, inside: 0 };
  return { ...numbers, sorted, state: perMinute === 0 ? 'idle' : 'ok', problem: null };
}

function queue(facts: StageFacts, perMinute: number): StageState {
  const { queued, active, deferred, held, oldestReceivedAt } = facts.queue;
  const numbers = { stage: 'queue' as const, perMinute, inside: queued + active + deferred + held };
  const waitsLong = oldestReceivedAt !== null && facts.now - oldestReceivedAt > LONG_WAIT_MS;
  if (held > 0) return { ...numbers, state: 'warning', problem: 'mailHeld' };
  if (waitsLong) return { ...numbers, state: 'warning', problem: 'mailWaits' };
  return { ...numbers, state: isIdle(numbers) ? 'idle' : 'ok', problem: null };
}

function delivery(perMinute: number, failed: number): StageState {
  // A delivery is one commit: nobody would ever see one under way.
  const numbers = { stage: 'delivery' as const, perMinute, inside: 0 };
  if (failed > 0) return { ...numbers, state: 'warning', problem: 'deliveriesFail' };
  return { ...numbers, state: perMinute === 0 ? 'idle' : 'ok', problem: null };
}

function relay(facts: StageFacts, perMinute: number, failed: number): StageState {
  const numbers = { stage: 'relay' as const, perMinute, inside: facts.queue.active };
  if (facts.restingNextHops > 0) return { ...numbers, state: 'warning', problem: 'nextHopsRest' };
  if (failed > 0) return { ...numbers, state: 'warning', problem: 'relayingFails' };
  return { ...numbers, state: isIdle(numbers) ? 'idle' : 'ok', problem: null };
}

function mailboxes(facts: StageFacts, perMinute: number): StageState {
  const numbers = { stage: 'mailboxes' as const, perMinute, inside: facts.accounts };
  if (facts.accountsOverQuota > 0) return { ...numbers, state: 'warning', problem: 'overQuota' };
  return { ...numbers, state: perMinute === 0 ? 'idle' : 'ok', problem: null };
}

function isIdle(box: { perMinute: number; inside: number }): boolean {
  return box.perMinute === 0 && box.inside === 0;
}
