/**
 * SmtpClientSession: a session with a server, ready for one transaction after another.
 *
 * Actor: MTA as SMTP client. RFC 5321 §3.3, RFC 2920 (PIPELINING). Flow: openSession() → here → verdicts → relay.
 * Invariants: one transaction at a time; a recipient is `relayed` only by the server's 2yz after the content; content that
 * could not be read to its end is never ended with a dot, so a server cannot take it for complete.
 */
import { err, ok, type Result } from '../../../base/result.ts';
import type { ClientWire } from './client-wire.ts';
import type { Extensions } from './extensions.ts';
import { MAX_SESSION_MESSAGES, REPLY_TIMEOUTS } from './limits.ts';
import type { SessionTarget, TlsFindings } from './open-session.ts';
import { SessionBrokenError, type SessionProblem } from './problem.ts';
import { isAccepted, type ServerReply } from './reply.ts';
import { RunningTransaction, throwIfClosing } from './running-transaction.ts';
import {
  findRefusal,
  findSessionProblem,
  fitToServer,
  formatMailCommand,
  formatRcptCommand,
  NOT_CONVERTIBLE,
  type Envelope,
  type OutgoingMessage,
  type TransactionResult,
} from './transaction.ts';

export class SmtpClientSession {
  readonly target: SessionTarget;
  readonly extensions: Extensions;
  /** Whether the server proved who it is (RFC 8689 §4.2.1). */
  readonly isVerified: boolean;
  readonly findings: TlsFindings;
  /** Whether it runs over TLS. */
  readonly isEncrypted: boolean;
  /** BDAT was offered, but not understood: this host is sent to with DATA. */
  hasBrokenChunking = false;
  readonly #wire: ClientWire;
  #messages = 0;
  #transactions = 0;
  #needsReset = false;

  constructor(parts: {
    wire: ClientWire;
    extensions: Extensions;
    target: SessionTarget;
    isVerified: boolean;
    isEncrypted: boolean;
    findings: TlsFindings;
  }) {
    this.#wire = parts.wire;
    this.isVerified = parts.isVerified;
    this.isEncrypted = parts.isEncrypted;
    this.findings = parts.findings;
    this.extensions = parts.extensions;
    this.target = parts.target;
  }

  get sessionId(): string {
    return this.#wire.transcript.sessionId;
  }

  /** Whether another message may go over it. */
  get isUsable(): boolean {
    return this.#wire.isOpen && !this.isWorn;
  }

  /** Whether it has carried as much as a session may; RFC 9422 §4.2: MAILMAX counts MAIL commands. */
  get isWorn(): boolean {
    const { mailMax } = this.extensions.limits;
    return this.#messages >= MAX_SESSION_MESSAGES || (mailMax !== null && this.#transactions >= mailMax);
  }

  /** Whether it has carried a transaction: the server may have grown tired of it since. */
  get isUsed(): boolean {
    return this.#transactions > 0;
  }

  /** Carries one message. Rejects only where the content could not be read; the session is over then. */
  async send(whole: OutgoingMessage): Promise<TransactionResult> {
    const message = await fitToServer(whole, this.extensions);
    const refusal = message === null ? NOT_CONVERTIBLE : findRefusal(message, this.extensions);
    if (message === null || refusal !== null) {
      return { verdicts: whole.recipients.map(() => refusal), problem: null };
    }
    const problem = findSessionProblem(message, this);
    if (problem !== null) return { verdicts: message.recipients.map(() => null), problem };
    const { isUsed } = this;
    const { extensions, target } = this;
    const transaction = new RunningTransaction(message, this.#wire, { extensions, target, isUsed });
    this.#transactions++;
    try {
      if (this.#needsReset) await this.#reset();
      await transaction.run();
      this.#needsReset = !transaction.hasEndedContent;
      if (transaction.hasEndedContent) this.#wire.transcript.update({ messages: ++this.#messages });
      return { verdicts: transaction.verdicts, problem: null };
    } catch (error) {
      this.#wire.abort('failed');
      this.hasBrokenChunking = transaction.hasBrokenChunking;
      if (!(error instanceof SessionBrokenError)) throw error;
      return { verdicts: transaction.settle(error.problem), problem: error.problem };
    }
  }

  /** Asks whether mail for the recipient would be taken; nothing is sent. null: MAIL was refused already. */
  async ask(
    envelope: Envelope,
  ): Promise<Result<{ mail: ServerReply; rcpt: ServerReply | null }, SessionProblem>> {
    const [recipient] = envelope.recipients;
    if (recipient === undefined) throw new Error('there is nobody to ask for');
    this.#wire.transcript.phase('envelope');
    try {
      this.#wire.send(formatMailCommand(envelope, this.extensions));
      const mail = await this.#wire.readReply(REPLY_TIMEOUTS.mailMs);
      if (!isAccepted(mail)) return ok({ mail, rcpt: null });
      this.#needsReset = true;
      this.#wire.send(formatRcptCommand(recipient, this.extensions));
      return ok({ mail, rcpt: await this.#wire.readReply(REPLY_TIMEOUTS.rcptMs) });
    } catch (error) {
      this.#wire.abort('failed');
      if (!(error instanceof SessionBrokenError)) throw error;
      return err(error.problem);
    }
  }

  /** RFC 5321 §4.1.1.10: says QUIT, gives the server a moment to answer, and closes. */
  async quit(): Promise<void> {
    if (!this.#wire.isOpen) return this.#wire.abort('closed');
    this.#wire.transcript.phase('close');
    this.#wire.send('QUIT');
    try {
      await this.#wire.readReply(REPLY_TIMEOUTS.quitMs);
    } catch (error) {
      if (!(error instanceof SessionBrokenError)) throw error;
    }
    await this.#wire.close('closed');
  }

  async #reset(): Promise<void> {
    this.#wire.send('RSET');
    throwIfClosing(await this.#wire.readReply(REPLY_TIMEOUTS.resetMs));
    this.#needsReset = false;
  }
}
