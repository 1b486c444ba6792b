/**
 * NextHopAttempt: carries recipients of one entry that have the same next hop.
 *
 * Flow: stand in line → find hosts → a session that is still open, else the hosts in order → transactions → outcomes.
 * Invariants: a recipient that a server has decided on is not offered to another one; one that none has decided on is
 * deferred (or failed, where every host said that it never takes mail) with the reasons of all. Where no host talks to us,
 * the whole next hop rests.
 */
import { describeTarget, type SessionTarget } from '../../protocol/smtp/client/open-session.ts';
import { MAX_DIAGNOSTIC_CHARACTERS, MAX_TRANSACTION_RECIPIENTS } from '../../protocol/smtp/client/limits.ts';
import { temporaryProblem, type SessionProblem } from '../../protocol/smtp/client/problem.ts';
import type { SessionPool } from '../../protocol/smtp/client/session-pool.ts';
import type { SmtpClientSession } from '../../protocol/smtp/client/session.ts';
import type { OutgoingMessage } from '../../protocol/smtp/client/transaction.ts';
import type { Clock } from '../../base/clock.ts';
import type { TranscriptRecorder } from '../../protocol/connection/session.ts';
import type {
  AttemptProgress,
  CourierReport,
  QueueEntry,
  QueueRecipient,
  RecordReport,
  TellProgress,
} from '../queue/port.ts';
import { nameOfNextHop, type NextHop } from '../routing/port.ts';
import { findTargets, type TargetFinderOptions } from './find-targets.ts';
import type { Admission, NextHopLine } from './next-hop-line.ts';
import { followPhases } from './attempt-phases.ts';
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
  readonly transcripts: TranscriptRecorder;
  readonly clock: Clock;
}

export class NextHopAttempt {
  readonly #nextHop: NextHop;
  readonly #parts: NextHopAttemptParts;
  /** Recipients that nobody has decided on. */
  #open: readonly QueueRecipient[] = [];
  #problems: SessionProblem[] = [];
  #transactions = 0;
  /** The host and the transcript that say why, where recipients stay open. */
  #last: Omit<Source, 'at'> = {};

  constructor(nextHop: NextHop, parts: NextHopAttemptParts) {
    this.#nextHop = nextHop;
    this.#parts = parts;
  }

  async carry(recipients: readonly QueueRecipient[]): Promise<void> {
    const { line, entry } = this.#parts;
    this.#open = recipients;
    this.#tell({ phase: 'waiting' });
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
        const source = { at: this.#parts.clock.now(), restsUntil: until };
        return this.#commit(
          makeRestReport(this.#open, { ...source, problem, name: nameOfNextHop(this.#nextHop) }),
        );
      }
    }
  }

  async #try(): Promise<void> {
    this.#tell({ phase: 'findingHost' });
    const targets = await findTargets(this.#nextHop, this.#parts);
    if (!targets.ok) return this.#giveUp([targets.error]);
    const warm = this.#takeWarm(targets.value);
    if (warm !== null) await this.#use(warm);
    for (const target of targets.value) {
      if (this.#open.length === 0) return;
      await this.#tryTarget(target);
    }
    if (this.#open.length === 0) return;
    const problem = combine(this.#problems);
    this.#parts.line.refused(problem);
    await this.#giveUp([problem]);
  }

  #takeWarm(targets: readonly SessionTarget[]): SmtpClientSession | null {
    for (const target of targets) {
      const session = this.#parts.pool.takeIdle(target);
      if (session !== null) return session;
    }
    return null;
  }

  async #tryTarget(target: SessionTarget): Promise<void> {
    const phases = followPhases(this.#parts.transcripts, (phase) => this.#tell({ phase, host: target.host }));
    const opened = await this.#parts.pool.open(target, phases.transcripts);
    phases.end();
    if (opened.ok) return this.#use(opened.value);
    this.#problems.push(opened.error.problem);
    this.#last = { remoteMta: target.host, sessionId: opened.error.sessionId };
  }

  /** One transaction after another, until the session ends or every recipient is decided on. */
  async #use(session: SmtpClientSession): Promise<void> {
    const wasWarm = session.isUsed;
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
    const { line } = this.#parts;
    if (this.#transactions++ > 0) await line.pace();
    const batch = this.#open.slice(0, MAX_TRANSACTION_RECIPIENTS);
    const recipients = batch.map(({ address, dsn }) => ({ address, ...(dsn !== undefined && { dsn }) }));
    const { verdicts, problem } = await session.send({ ...this.#watchedMessage(session), recipients });
    if (problem === null) line.succeeded();
    const settled = batch.flatMap((recipient, index) => {
      const verdict = verdicts[index] ?? null;
      return verdict === null ? [] : [{ recipient, verdict }];
    });
    await this.#record(settled);
    if (settled.length > 0 || problem !== null) return problem;
    return temporaryProblem('4.5.0', 'The host decided on no recipient');
  }

  /** The message, telling how much of its content has gone. */
  #watchedMessage({ target: { host } }: SmtpClientSession): Omit<OutgoingMessage, 'recipients'> {
    const { message } = this.#parts;
    const tell = (progress: AttemptProgress): void => this.#tell({ ...progress, host });
    tell({ phase: 'envelope' });
    return {
      ...message,
      async *content() {
        let octets = 0;
        for await (const range of message.content()) {
          tell({ phase: 'content', percent: Math.floor((100 * octets) / Math.max(1, message.sizeOctets)) });
          yield range;
          octets += range.length;
        }
        tell({ phase: 'reply', percent: 100 });
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

/** One that may pass decides; the words are those of all. */
function combine(problems: readonly SessionProblem[]): SessionProblem {
  const decisive = problems.find(({ isPermanent }) => !isPermanent) ?? problems[0];
  if (decisive === undefined) return temporaryProblem('4.4.2', 'The host ended the session');
  const words = problems.map(({ diagnostic }) => diagnostic).join('; ');
  return { ...decisive, diagnostic: words.slice(0, MAX_DIAGNOSTIC_CHARACTERS) };
}
