/**
 * NextHopAttempt: carries recipients of one entry that have the same next hop.
 *
 * Flow: stand in line → find hosts → a session that is still open, else the hosts in order → transactions → outcomes.
 * Invariants: a recipient that a server has decided on is not offered to another one; one that none has decided on is
 * deferred (or failed, where every host said that it never takes mail) with the reasons of all. Where no host talks to us,
 * the whole next hop rests.
 */
import type { DeliveryObserver } from '../../protocol/smtp/client/delivery-observer.ts';
import {
  describeTarget,
  type SessionTarget,
  type TlsFindings,
} from '../../protocol/smtp/client/open-session.ts';
import { MAX_DIAGNOSTIC_CHARACTERS } from '../../protocol/smtp/client/limits.ts';
import { temporaryProblem, type SessionProblem } from '../../protocol/smtp/client/problem.ts';
import type { SessionPool } from '../../protocol/smtp/client/session-pool.ts';
import type { SmtpClientSession } from '../../protocol/smtp/client/session.ts';
import type { OutgoingMessage } from '../../protocol/smtp/client/transaction.ts';
import type { Clock } from '../../base/clock.ts';
import type {
  AttemptProgress,
  CourierReport,
  QueueEntry,
  QueueRecipient,
  RecordReport,
  TellProgress,
} from '../queue/port.ts';
import type { TlsOutcome } from '../reports/tls-outcome.ts';
import { nameOfNextHop, type NextHop } from '../routing/port.ts';
import { findTargets, type TargetFinderOptions } from './find-targets.ts';
import type { Admission, NextHopLine } from './next-hop-line.ts';
import { takeBatch } from './recipient-batch.ts';
import { attemptTlsOf, tlsOutcomeOf } from './tls-report-facts.ts';
import type { TlsPolicyFinder } from './tls-policy/choose-tls-policy.ts';
import {
  makeReport,
  makeRestReport,
  verdictOfProblem,
  type SettledRecipient,
  type Source,
} from './relay-report.ts';

export interface NextHopAttemptParts extends TargetFinderOptions {
  readonly pool: SessionPool;
  readonly line: NextHopLine;
  readonly entry: QueueEntry;
  readonly message: Omit<OutgoingMessage, 'recipients'>;
  readonly record: RecordReport;
  readonly tell: TellProgress;
  readonly clock: Clock;
  /** What the recipients' domain asks of TLS; absent: nothing is asked. */
  readonly tlsPolicies?: Pick<TlsPolicyFinder, 'apply'>;
  /** The sender asks that mail arrives rather than that it is safe (RFC 8689 §3). */
  readonly ignoresTlsPolicies: boolean;
  /** Hears what became of TLS with the hosts of a domain. */
  readonly onTlsOutcome?: (outcome: TlsOutcome) => void;
}

export class NextHopAttempt {
  readonly #nextHop: NextHop;
  readonly #parts: NextHopAttemptParts;
  /** Recipients that nobody has decided on. */
  #open: readonly QueueRecipient[] = [];
  #problems: SessionProblem[] = [];
  #transactions = 0;
  #hasReachedHost = false;
  /** A host that talked to us said that it does not want to for now. */
  #wasRefused = false;
  /** The host and the transcript that say why, where recipients stay open. */
  #last: Omit<Source, 'at'> = {};

  constructor(nextHop: NextHop, parts: NextHopAttemptParts) {
    this.#nextHop = nextHop;
    this.#parts = parts;
  }

  async carry(recipients: readonly QueueRecipient[]): Promise<void> {
    const { line, entry } = this.#parts;
    this.#open = recipients;
    const admission = await line.enter({ isBulk: entry.isBulk === true });
    if (admission.kind !== 'turn') return this.#turnBack(admission);
    try {
      await this.#try();
    } finally {
      line.leave();
    }
  }

  async #turnBack(admission: Exclude<Admission, { kind: 'turn' }>): Promise<void> {
    switch (admission.kind) {
      case 'hopeless':
        return this.#giveUp([admission.problem]);
      case 'later': {
        const postponed = this.#open.map(({ ordinal }) => ({ ordinal, until: admission.until }));
        return this.#commit({ outcomes: [], deposits: [], events: [], postponed });
      }
      case 'rests': {
        const { problem, until } = admission;
        const rest = {
          problem,
          name: nameOfNextHop(this.#nextHop),
          at: this.#parts.clock.now(),
          restsUntil: until,
        };
        return this.#commit(makeRestReport(this.#open, rest));
      }
    }
  }

  async #try(): Promise<void> {
    this.#tell({ phase: 'findingHost' });
    const found = await findTargets(this.#nextHop, this.#parts);
    if (!found.ok) return this.#giveUp([found.error]);
    const targets = await this.#obeyPolicies(found.value);
    if (targets.length === 0) return this.#giveUp(this.#problems.map(this.#finalIfRequired));
    const warm = this.#takeWarm(targets);
    if (warm !== null) await this.#use(warm);
    for (const target of targets) {
      if (this.#open.length === 0) return;
      await this.#tryTarget(target);
    }
    if (this.#open.length === 0) return;
    const problem = combine(this.#problems);
    // A session that broke for another reason may be about this message alone.
    if (!this.#hasReachedHost || this.#wasRefused) this.#parts.line.refused(problem);
    await this.#giveUp([problem]);
  }

  /** Of the targets those that may be used, as they must be used. */
  async #obeyPolicies(targets: readonly SessionTarget[]): Promise<readonly SessionTarget[]> {
    const { tlsPolicies, ignoresTlsPolicies, onTlsOutcome } = this.#parts;
    const isAsked = this.#nextHop.kind === 'mx' && tlsPolicies !== undefined;
    // RFC 8689 §4.2.1: REQUIRETLS goes before the header field.
    const isIgnored = ignoresTlsPolicies && !this.#mustBeSecure;
    if (!isAsked || isIgnored) return this.#mustBeSecure ? targets.map(requireTls) : targets;
    const applied = await tlsPolicies.apply(this.#nextHop.domain, targets);
    this.#problems.push(...applied.problems);
    for (const outcome of applied.outcomes) onTlsOutcome?.(outcome);
    return this.#mustBeSecure ? applied.targets.map(requireTls) : applied.targets;
  }

  readonly #finalIfRequired = (problem: SessionProblem): SessionProblem =>
    this.#mustBeSecure ? lackOfTlsIsFinal(problem) : problem;

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
    const opened = await this.#parts.pool.open(target, this.#observe(target));
    if (!opened.ok) {
      const { problem, sessionId, findings } = opened.error;
      this.#problems.push(this.#finalIfRequired(problem));
      this.#last = {
        remoteMta: target.host,
        remoteAddress: target.address,
        sessionId,
        ...tlsFactsOf(target, findings),
      };
      this.#tellTls(target, findings);
      return;
    }
    const openBefore = this.#open.length;
    const session = opened.value;
    this.#tellTls(target, session.findings);
    await this.#use(session);
    const isWornByUs = session.isWorn && this.#open.length < openBefore;
    // A host whose CHUNKING is broken is remembered by now: its next session goes without.
    if (this.#open.length > 0 && (isWornByUs || session.hasBrokenChunking)) await this.#tryTarget(target);
  }

  /** RFC 8460 §4: about the recipients' domain; a smart host is nobody's who would ask. */
  #tellTls(target: SessionTarget, findings: TlsFindings): void {
    if (this.#nextHop.kind !== 'mx' || target.tls === 'none') return;
    const outcome = tlsOutcomeOf(target, findings);
    if (outcome !== null) this.#parts.onTlsOutcome?.({ ...outcome, domain: this.#nextHop.domain });
  }

  /** One transaction after another, until the session ends or every recipient is decided on. */
  async #use(session: SmtpClientSession): Promise<void> {
    const wasWarm = session.isUsed;
    this.#hasReachedHost = true;
    const { target, sessionId, findings } = session;
    this.#last = {
      remoteMta: target.host,
      remoteAddress: target.address,
      sessionId,
      ...tlsFactsOf(target, findings),
    };
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
    this.#wasRefused ||= isAboutUs(problem);
    const diagnostic = `${describeTarget(session.target)}: ${problem.diagnostic}`;
    this.#problems.push({ ...problem, diagnostic });
  }

  async #transact(session: SmtpClientSession): Promise<SessionProblem | null> {
    const { line, message } = this.#parts;
    if (this.#transactions++ > 0) await line.pace();
    const batch = takeBatch(this.#open, session.extensions.limits);
    const recipients = batch.map(({ address, dsn }) => ({ address, ...(dsn !== undefined && { dsn }) }));
    const { verdicts, problem } = await session.send({
      ...message,
      recipients,
      observer: this.#observe(session.target),
    });
    if (problem === null) line.succeeded();
    const settled = batch.flatMap((recipient, index) => {
      const verdict = verdicts[index] ?? null;
      return verdict === null ? [] : [{ recipient, verdict }];
    });
    await this.#record(settled);
    if (settled.length > 0 || problem !== null) return problem;
    return temporaryProblem('4.5.0', 'The host decided on no recipient');
  }

  /** Passes on how far it is with a host, for those that are still open. */
  #observe({ host }: SessionTarget): DeliveryObserver {
    const { sizeOctets } = this.#parts.message;
    return {
      onPhase: (phase) => this.#tell({ phase, host }),
      onSent: (octets) => {
        const percent = Math.min(100, Math.floor((100 * octets) / Math.max(1, sizeOctets)));
        this.#tell({ phase: 'content', percent, host });
      },
    };
  }

  #tell(progress: AttemptProgress): void {
    this.#parts.tell(
      this.#open.map(({ ordinal }) => ordinal),
      progress,
    );
  }

  async #giveUp(problems: readonly SessionProblem[]): Promise<void> {
    const verdict = verdictOfProblem(combine(problems));
    await this.#record(this.#open.map((recipient) => ({ recipient, verdict })));
  }

  async #record(settled: readonly SettledRecipient[]): Promise<void> {
    if (settled.length === 0) return;
    const { clock, entry } = this.#parts;
    await this.#commit(makeReport(entry, settled, { ...this.#last, at: clock.now() }));
    const done = new Set(settled.map(({ recipient }) => recipient));
    this.#open = this.#open.filter((recipient) => !done.has(recipient));
  }

  /** With where the recipients went, and the times of that next hop. */
  #commit(report: CourierReport): Promise<void> {
    const name = nameOfNextHop(this.#nextHop);
    const concerned = [...report.outcomes, ...(report.postponed ?? [])];
    const routedTo = Object.fromEntries(concerned.map(({ ordinal }) => [ordinal, name]));
    const retry = this.#nextHop.kind === 'hosts' ? this.#nextHop.retry : undefined;
    return this.#parts.record({ ...report, routedTo, ...(retry !== undefined && { retry }) });
  }
}

function tlsFactsOf(target: SessionTarget, findings: TlsFindings): Pick<Source, 'tls'> {
  const tls = attemptTlsOf(target, findings);
  return tls === null ? {} : { tls };
}

/** RFC 8689 §4.2.1: TLS, and a certificate in the name of the host, or one that DNS proves. */
function requireTls(target: SessionTarget): SessionTarget {
  const mustVerify = target.tlsa === undefined;
  return { ...target, tls: target.tls === 'implicit' ? 'implicit' : 'required', mustVerify };
}

/** RFC 8689 §4.2.1: where no host can do it, the sender is told at once (X.7.10, encryption needed). */
function lackOfTlsIsFinal(problem: SessionProblem): SessionProblem {
  const isLackOfTls = problem.status === '4.7.4' || problem.status === '4.7.5';
  return isLackOfTls ? { ...problem, isPermanent: true, status: '5.7.10' } : problem;
}

/** RFC 5321 §3.8: 421 is about the whole host; RFC 3463 §3.8: X.7 is about who we are. */
function isAboutUs({ status, diagnostic }: SessionProblem): boolean {
  return diagnostic.startsWith('421') || status.startsWith('4.7.');
}

/** One that may pass decides; the words are those of all. */
function combine(problems: readonly SessionProblem[]): SessionProblem {
  const decisive = problems.find(({ isPermanent }) => !isPermanent) ?? problems[0];
  if (decisive === undefined) return temporaryProblem('4.4.2', 'The host ended the session');
  const words = problems.map(({ diagnostic }) => diagnostic).join('; ');
  return { ...decisive, diagnostic: words.slice(0, MAX_DIAGNOSTIC_CHARACTERS) };
}
