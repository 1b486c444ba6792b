/**
 * SmtpClientSession: a session with a server, ready for one transaction after another.
 *
 * Actor: MTA as SMTP client. RFC 5321 §3.3, RFC 2920 (PIPELINING). Flow: openSession() → here → verdicts → relay.
 * Invariants: one transaction at a time; a recipient is `relayed` only by the server's 2yz after the content; content that
 * could not be read to its end is never ended with a dot, so a server cannot take it for complete.
 */
import type { ClientWire } from './client-wire.ts';
import type { Extensions } from './extensions.ts';
import { MAX_SESSION_MESSAGES, REPLY_TIMEOUTS } from './limits.ts';
import type { SessionTarget } from './open-session.ts';
import { refusedForNow, SessionBrokenError, type SessionProblem } from './problem.ts';
import { isAccepted, type ServerReply } from './reply.ts';
import {
  findRecipientRefusal,
  findRefusal,
  formatMailCommand,
  formatRcptCommand,
  refusalOf,
  verdictOf,
  type OutgoingMessage,
  type RecipientVerdict,
  type TransactionResult,
} from './transaction.ts';

export class SmtpClientSession {
  readonly target: SessionTarget;
  readonly extensions: Extensions;
  readonly #wire: ClientWire;
  #messages = 0;
  #transactions = 0;
  #needsReset = false;

  constructor(parts: { wire: ClientWire; extensions: Extensions; target: SessionTarget }) {
    this.#wire = parts.wire;
    this.extensions = parts.extensions;
    this.target = parts.target;
  }

  get sessionId(): string {
    return this.#wire.transcript.sessionId;
  }

  /** Whether another message may go over it. */
  get isUsable(): boolean {
    return this.#wire.isOpen && this.#messages < MAX_SESSION_MESSAGES;
  }

  /** Whether it has carried a transaction: the server may have grown tired of it since. */
  get isUsed(): boolean {
    return this.#transactions > 0;
  }

  /** Carries one message. Rejects only where the content could not be read; the session is over then. */
  async send(message: OutgoingMessage): Promise<TransactionResult> {
    const refusal = findRefusal(message, this.extensions);
    if (refusal !== null) return { verdicts: message.recipients.map(() => refusal), problem: null };
    const transaction = new RunningTransaction(message, this.extensions, this.#wire);
    this.#transactions++;
    try {
      if (this.#needsReset) await this.#reset();
      await transaction.run();
      this.#needsReset = !transaction.hasEndedContent;
      if (transaction.hasEndedContent) this.#wire.transcript.update({ messages: ++this.#messages });
      return { verdicts: transaction.verdicts, problem: null };
    } catch (error) {
      this.#wire.abort('failed');
      if (!(error instanceof SessionBrokenError)) throw error;
      return { verdicts: transaction.settle(error.problem), problem: error.problem };
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

class RunningTransaction {
  readonly verdicts: (RecipientVerdict | null)[];
  /** Whether the server has answered to the content: then it expects a new transaction. */
  hasEndedContent = false;
  readonly #message: OutgoingMessage;
  readonly #extensions: Extensions;
  readonly #wire: ClientWire;
  /** Indices of recipients that the server took at RCPT. */
  readonly #accepted: number[] = [];
  #isContentSent = false;

  constructor(message: OutgoingMessage, extensions: Extensions, wire: ClientWire) {
    this.#message = message;
    this.#extensions = extensions;
    this.#wire = wire;
    this.verdicts = message.recipients.map(({ address }) => findRecipientRefusal(address, extensions));
  }

  async run(): Promise<void> {
    const asked = [...this.verdicts.keys()].filter((index) => this.verdicts[index] === null);
    if (asked.length === 0) return;
    this.#wire.transcript.phase('envelope');
    this.#message.observer?.onPhase('envelope');
    const isReady = this.#extensions.pipelining ? await this.#pipeline(asked) : await this.#step(asked);
    if (isReady) await this.#sendContent();
  }

  /** What stands when the session has broken: after the content we cannot know, so the recipients wait (RFC 5321 §4.5.3.2.6). */
  settle(problem: SessionProblem): (RecipientVerdict | null)[] {
    if (!this.#isContentSent) return this.verdicts;
    const { status, diagnostic } = problem;
    for (const index of this.#accepted) this.verdicts[index] ??= { kind: 'deferred', status, diagnostic };
    return this.verdicts;
  }

  /** RFC 2920 §3.1: the whole envelope at once; every reply is read, whatever the first ones say. */
  async #pipeline(asked: readonly number[]): Promise<boolean> {
    this.#wire.send(formatMailCommand(this.#message, this.#extensions));
    for (const index of asked) this.#wire.send(this.#rcptCommand(index));
    this.#wire.send('DATA');
    const mail = await this.#wire.readReply(REPLY_TIMEOUTS.mailMs);
    throwIfClosing(mail);
    for (const index of asked) this.#heedRcpt(index, await this.#wire.readReply(REPLY_TIMEOUTS.rcptMs), mail);
    const data = await this.#wire.readReply(REPLY_TIMEOUTS.dataMs);
    if (data.code !== 354 || this.#accepted.length > 0) return this.#heedData(data);
    // RFC 2920 §3.1: the server waits for content although it took no recipient.
    this.#wire.transcript.note('No recipient was taken: the content is empty');
    await this.#wire.sendContent(nothing());
    await this.#wire.readReply(REPLY_TIMEOUTS.contentEndMs);
    this.hasEndedContent = true;
    return false;
  }

  async #step(asked: readonly number[]): Promise<boolean> {
    const mail = await this.#ask(formatMailCommand(this.#message, this.#extensions), REPLY_TIMEOUTS.mailMs);
    throwIfClosing(mail);
    if (!isAccepted(mail)) {
      for (const index of asked) this.verdicts[index] = refusalOf(mail);
      return false;
    }
    for (const index of asked) {
      this.#heedRcpt(index, await this.#ask(this.#rcptCommand(index), REPLY_TIMEOUTS.rcptMs), mail);
    }
    if (this.#accepted.length === 0) return false;
    return this.#heedData(await this.#ask('DATA', REPLY_TIMEOUTS.dataMs));
  }

  async #ask(command: string, timeoutMs: number): Promise<ServerReply> {
    this.#wire.send(command);
    return this.#wire.readReply(timeoutMs);
  }

  #rcptCommand(index: number): string {
    return formatRcptCommand(this.#message.recipients[index] ?? { address: '' }, this.#extensions);
  }

  #heedRcpt(index: number, reply: ServerReply, mail: ServerReply): void {
    throwIfClosing(reply);
    if (!isAccepted(mail)) this.verdicts[index] = refusalOf(mail);
    else if (isAccepted(reply)) this.#accepted.push(index);
    // RFC 5321 §4.5.3.1.10: too many for one transaction; the next one takes the rest.
    else if (!(isTooManyRecipients(reply) && this.#accepted.length > 0))
      this.verdicts[index] = refusalOf(reply);
  }

  #heedData(reply: ServerReply): boolean {
    throwIfClosing(reply);
    if (reply.code === 354) return true;
    for (const index of this.#accepted) this.verdicts[index] = refusalOf(reply);
    return false;
  }

  async #sendContent(): Promise<void> {
    const { observer } = this.#message;
    this.#wire.transcript.phase('content');
    observer?.onPhase('content');
    this.#isContentSent = true;
    await this.#wire.sendContent(this.#message.content(), (octets) => observer?.onSent(octets));
    observer?.onPhase('waitingForReply');
    const reply = await this.#wire.readReply(REPLY_TIMEOUTS.contentEndMs);
    const verdict = verdictOf(reply, this.#extensions);
    for (const index of this.#accepted) this.verdicts[index] = verdict;
    this.hasEndedContent = true;
    if (reply.code === 421) this.#wire.abort('refused');
  }
}

/** RFC 5321 §3.8: 421 in reply to any command says that the server closes the session. */
function throwIfClosing(reply: ServerReply): void {
  if (reply.code === 421) throw new SessionBrokenError(refusedForNow(reply));
}

function isTooManyRecipients(reply: ServerReply): boolean {
  return reply.code === 452 && (reply.enhanced === null || reply.enhanced === '4.5.3');
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}
