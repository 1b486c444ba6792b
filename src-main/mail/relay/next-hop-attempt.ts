/**
 * NextHopAttempt: carries recipients of one entry that have the same next hop.
 *
 * Flow: stand in line → find hosts → a session that is still open, else the hosts in order → transactions → outcomes.
 * Invariants: a recipient that a server has decided on is not offered to another one; one that none has decided on is
 * deferred (or failed, where every host said that it never takes mail) with the reasons of all.
 */
import type { DeliveryObserver } from '../../protocol/smtp/client/delivery-observer.ts';
import { describeTarget, type SessionTarget } from '../../protocol/smtp/client/open-session.ts';
import { MAX_DIAGNOSTIC_CHARACTERS } from '../../protocol/smtp/client/limits.ts';
import { temporaryProblem, type SessionProblem } from '../../protocol/smtp/client/problem.ts';
import type { SessionPool } from '../../protocol/smtp/client/session-pool.ts';
import type { SmtpClientSession } from '../../protocol/smtp/client/session.ts';
import type { OutgoingMessage } from '../../protocol/smtp/client/transaction.ts';
import type { Clock } from '../../base/clock.ts';
import type { QueueEntry, QueueRecipient, RecordReport } from '../queue/port.ts';
import type { NextHop } from '../routing/port.ts';
import { findTargets, type TargetFinderOptions } from './find-targets.ts';
import type { NextHopLines } from './next-hop-line.ts';
import { takeBatch } from './recipient-batch.ts';
import { makeReport, verdictOfProblem, type SettledRecipient, type Source } from './relay-report.ts';

export interface NextHopAttemptParts extends TargetFinderOptions {
  readonly pool: SessionPool;
  readonly lines: NextHopLines;
  readonly entry: QueueEntry;
  readonly message: Omit<OutgoingMessage, 'recipients'>;
  readonly record: RecordReport;
  readonly clock: Clock;
  readonly observer?: DeliveryObserver;
}

export class NextHopAttempt {
  readonly #key: string;
  readonly #nextHop: NextHop;
  readonly #parts: NextHopAttemptParts;
  /** Recipients that nobody has decided on. */
  #open: readonly QueueRecipient[] = [];
  #problems: SessionProblem[] = [];
  #hasReachedHost = false;
  /** The host and the transcript that say why, where recipients stay open. */
  #last: Omit<Source, 'at'> = {};

  constructor(key: string, nextHop: NextHop, parts: NextHopAttemptParts) {
    this.#key = key;
    this.#nextHop = nextHop;
    this.#parts = parts;
  }

  async carry(recipients: readonly QueueRecipient[]): Promise<void> {
    const { lines } = this.#parts;
    this.#open = recipients;
    const news = await lines.enter(this.#key);
    if (news !== null) return this.#giveUp([news]);
    try {
      await this.#try();
    } finally {
      lines.leave(this.#key);
    }
  }

  async #try(): Promise<void> {
    this.#parts.observer?.onPhase('findingHost');
    const found = await findTargets(this.#nextHop, this.#parts);
    if (!found.ok) return this.#giveUp([found.error]);
    const targets = this.#mustBeSecure ? found.value.map(requireTls) : found.value;
    const warm = this.#takeWarm(targets);
    if (warm !== null) await this.#use(warm);
    for (const target of targets) {
      if (this.#open.length === 0) return;
      await this.#tryTarget(target);
    }
    if (this.#open.length === 0) return;
    const problem = combine(this.#problems);
    if (!this.#hasReachedHost) this.#parts.lines.dismiss(this.#key, problem);
    await this.#giveUp([problem]);
  }

  get #mustBeSecure(): boolean {
    return this.#parts.message.requireTls === true;
  }

  #takeWarm(targets: readonly SessionTarget[]): SmtpClientSession | null {
    for (const target of targets) {
      const session = this.#parts.pool.takeIdle(target);
      if (session !== null) return session;
    }
    return null;
  }

  async #tryTarget(target: SessionTarget): Promise<void> {
    const opened = await this.#parts.pool.open(target, this.#parts.observer);
    if (!opened.ok) {
      const { problem, sessionId } = opened.error;
      this.#problems.push(this.#mustBeSecure ? lackOfTlsIsFinal(problem) : problem);
      this.#last = { remoteMta: target.host, sessionId };
      return;
    }
    const openBefore = this.#open.length;
    const session = opened.value;
    await this.#use(session);
    const isWornByUs = session.isWorn && this.#open.length < openBefore;
    // A host whose CHUNKING is broken is remembered by now: its next session goes without.
    if (this.#open.length > 0 && (isWornByUs || session.hasBrokenChunking)) await this.#tryTarget(target);
  }

  /** One transaction after another, until the session ends or every recipient is decided on. */
  async #use(session: SmtpClientSession): Promise<void> {
    const wasWarm = session.isUsed;
    this.#hasReachedHost = true;
    this.#last = { remoteMta: session.target.host, sessionId: session.sessionId };
    let problem: SessionProblem | null = null;
    try {
      while (this.#open.length > 0 && session.isUsable && problem === null) {
        problem = await this.#transact(session);
      }
    } finally {
      this.#parts.pool.giveBack(session);
    }
    // A server may have grown tired of an old session: that says nothing about a new one.
    if (problem === null || wasWarm) return;
    const diagnostic = `${describeTarget(session.target)}: ${problem.diagnostic}`;
    this.#problems.push({ ...problem, diagnostic });
  }

  async #transact(session: SmtpClientSession): Promise<SessionProblem | null> {
    const { message, observer } = this.#parts;
    const batch = takeBatch(this.#open, session.extensions.limits);
    const recipients = batch.map(({ address, dsn }) => ({ address, ...(dsn !== undefined && { dsn }) }));
    const { verdicts, problem } = await session.send({
      ...message,
      recipients,
      ...(observer !== undefined && { observer }),
    });
    const settled = batch.flatMap((recipient, index) => {
      const verdict = verdicts[index] ?? null;
      return verdict === null ? [] : [{ recipient, verdict }];
    });
    await this.#record(settled);
    if (settled.length > 0 || problem !== null) return problem;
    return temporaryProblem('4.5.0', 'The host decided on no recipient');
  }

  async #giveUp(problems: readonly SessionProblem[]): Promise<void> {
    const verdict = verdictOfProblem(combine(problems));
    await this.#record(this.#open.map((recipient) => ({ recipient, verdict })));
  }

  async #record(settled: readonly SettledRecipient[]): Promise<void> {
    if (settled.length === 0) return;
    const { clock, entry, record } = this.#parts;
    await record(makeReport(entry, settled, { ...this.#last, at: clock.now() }));
    const done = new Set(settled.map(({ recipient }) => recipient));
    this.#open = this.#open.filter((recipient) => !done.has(recipient));
  }
}

/** RFC 8689 §4.2.1: TLS, and a certificate in the name of the host. */
function requireTls(target: SessionTarget): SessionTarget {
  return { ...target, tls: target.tls === 'implicit' ? 'implicit' : 'required', mustVerify: true };
}

/** RFC 8689 §4.2.1: where no host can do it, the sender is told at once (X.7.10, encryption needed). */
function lackOfTlsIsFinal(problem: SessionProblem): SessionProblem {
  const isLackOfTls = problem.status === '4.7.4' || problem.status === '4.7.5';
  return isLackOfTls ? { ...problem, isPermanent: true, status: '5.7.10' } : problem;
}

/** One that may pass decides; the words are those of all. */
function combine(problems: readonly SessionProblem[]): SessionProblem {
  const decisive = problems.find(({ isPermanent }) => !isPermanent) ?? problems[0];
  if (decisive === undefined) return temporaryProblem('4.4.2', 'The host ended the session');
  const words = problems.map(({ diagnostic }) => diagnostic).join('; ');
  return { ...decisive, diagnostic: words.slice(0, MAX_DIAGNOSTIC_CHARACTERS) };
}
