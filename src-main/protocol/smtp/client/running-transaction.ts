/**
 * RunningTransaction: one MAIL … content over a session, and what stands for each recipient at any moment.
 *
 * RFC 5321 §3.3, RFC 2920 (PIPELINING), RFC 3030 (CHUNKING), RFC 2033 (LMTP). Flow: SmtpClientSession.send() → here → verdicts.
 * A small message goes in one write where the server has CHUNKING: envelope and `BDAT … LAST` save the wait for 354. A larger one
 * waits for the recipients' replies first, and then DATA does as well.
 * Invariants: every reply is read, whatever the first ones say; a recipient is decided on only by the server.
 */
import type { ClientWire } from './client-wire.ts';
import { hasOnlyCrlf } from './dot-stuffer.ts';
import type { Extensions } from './extensions.ts';
import { MAX_ONE_WRITE_OCTETS, REPLY_TIMEOUTS } from './limits.ts';
import type { SessionTarget } from './open-session.ts';
import { refusedForNow, SessionBrokenError, temporaryProblem, type SessionProblem } from './problem.ts';
import { describeReply, isAccepted, type ServerReply } from './reply.ts';
import {
  findRecipientRefusal,
  formatMailCommand,
  formatRcptCommand,
  refusalOf,
  verdictOf,
  type OutgoingMessage,
  type RecipientVerdict,
} from './transaction.ts';

/** What the transaction needs to know of its session. */
export interface TransactionSession {
  readonly extensions: Extensions;
  readonly target: SessionTarget;
  /** Whether it has carried a transaction before. */
  readonly isUsed: boolean;
}

export class RunningTransaction {
  readonly verdicts: (RecipientVerdict | null)[];
  /** Whether the server has answered to the content: then it expects a new transaction. */
  hasEndedContent = false;
  /** Whether the server offers BDAT and does not understand it. */
  hasBrokenChunking = false;
  readonly #message: OutgoingMessage;
  readonly #extensions: Extensions;
  readonly #session: TransactionSession;
  readonly #wire: ClientWire;
  /** Indices of recipients that the server took at RCPT. */
  readonly #accepted: number[] = [];
  /** Recipients that may have the message when the session breaks now. */
  #exposed: readonly number[] = [];
  #hasHeard = false;

  constructor(message: OutgoingMessage, wire: ClientWire, session: TransactionSession) {
    const { extensions } = session;
    this.#message = message;
    this.#extensions = extensions;
    this.#session = session;
    this.#wire = wire;
    this.verdicts = message.recipients.map(({ address }) => findRecipientRefusal(address, extensions));
  }

  async run(): Promise<void> {
    const asked = [...this.verdicts.keys()].filter((index) => this.verdicts[index] === null);
    if (asked.length === 0) return;
    this.#wire.transcript.phase('envelope');
    this.#message.observer?.onPhase('envelope');
    const small = await this.#readSmall();
    if (small !== null) return this.#sendAtOnce(asked, small);
    const isReady = this.#extensions.pipelining ? await this.#pipeline(asked) : await this.#step(asked);
    if (isReady) await this.#sendContent();
  }

  /** What stands when the session has broken: after the content we cannot know, so the recipients wait (RFC 5321 §4.5.3.2.6). */
  settle(problem: SessionProblem): (RecipientVerdict | null)[] {
    // A server that closed a session while it was idle has not read what we said since.
    if (this.#session.isUsed && !this.#hasHeard) return this.verdicts;
    const { status, diagnostic } = problem;
    for (const index of this.#exposed) this.verdicts[index] ??= { kind: 'deferred', status, diagnostic };
    return this.verdicts;
  }

  /** The content, where it may go in one write with the envelope; its lines must be in order as they are. */
  async #readSmall(): Promise<Buffer | null> {
    const { chunking, pipelining } = this.#extensions;
    const { sizeOctets } = this.#message;
    const isLmtp = this.#session.target.protocol === 'lmtp';
    if (!chunking || !pipelining || isLmtp || sizeOctets > MAX_ONE_WRITE_OCTETS) return null;
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#message.content()) pieces.push(piece);
    const content = Buffer.concat(pieces);
    return hasOnlyCrlf(content) ? content : null;
  }

  /** RFC 3030 §4.2: envelope and content at once. */
  async #sendAtOnce(asked: readonly number[], content: Buffer): Promise<void> {
    const { observer } = this.#message;
    this.#sendEnvelope(asked);
    this.#wire.transcript.phase('content');
    observer?.onPhase('content');
    this.#wire.sendChunk(content);
    observer?.onSent(content.length);
    observer?.onPhase('waitingForReply');
    this.#exposed = asked;
    await this.#heedEnvelope(asked);
    const reply = await this.#read(REPLY_TIMEOUTS.contentEndMs);
    this.#throwIfChunkingIsBroken(reply);
    if (isAccepted(reply)) this.hasEndedContent = true;
    this.#heedContent(reply, this.#accepted);
  }

  /** A server that took the content for commands, or lost count of where we are, cannot be spoken to any further. */
  #throwIfChunkingIsBroken(reply: ServerReply): void {
    const isOutOfOrder = reply.code === 503 && this.#accepted.length > 0;
    if (!isOutOfOrder && !NOT_UNDERSTOOD.has(reply.code)) return;
    this.hasBrokenChunking = true;
    this.#exposed = [];
    throw new SessionBrokenError(
      temporaryProblem('4.5.1', `The host offers CHUNKING and refuses BDAT: ${describeReply(reply)}`),
    );
  }

  #sendEnvelope(asked: readonly number[]): void {
    this.#wire.send(formatMailCommand(this.#message, this.#extensions));
    for (const index of asked) this.#wire.send(this.#rcptCommand(index));
  }

  async #heedEnvelope(asked: readonly number[]): Promise<void> {
    const mail = await this.#read(REPLY_TIMEOUTS.mailMs);
    this.#throwIfClosing(mail);
    for (const index of asked) this.#heedRcpt(index, await this.#read(REPLY_TIMEOUTS.rcptMs), mail);
  }

  async #read(timeoutMs: number): Promise<ServerReply> {
    const reply = await this.#wire.readReply(timeoutMs);
    this.#hasHeard = true;
    return reply;
  }

  /** A server that says so before the content is answered has not taken it. */
  #throwIfClosing(reply: ServerReply): void {
    if (reply.code === 421) this.#exposed = [];
    throwIfClosing(reply);
  }

  /** RFC 2920 §3.1: the whole envelope at once; every reply is read, whatever the first ones say. */
  async #pipeline(asked: readonly number[]): Promise<boolean> {
    this.#sendEnvelope(asked);
    this.#wire.send('DATA');
    await this.#heedEnvelope(asked);
    const data = await this.#read(REPLY_TIMEOUTS.dataMs);
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
    return this.#read(timeoutMs);
  }

  #rcptCommand(index: number): string {
    return formatRcptCommand(this.#message.recipients[index] ?? { address: '' }, this.#extensions);
  }

  #heedRcpt(index: number, reply: ServerReply, mail: ServerReply): void {
    this.#throwIfClosing(reply);
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
    this.#exposed = this.#accepted;
    await this.#wire.sendContent(this.#message.content(), (octets) => observer?.onSent(octets));
    observer?.onPhase('waitingForReply');
    await (this.#session.target.protocol === 'lmtp' ? this.#heedEach() : this.#heedAll());
    this.hasEndedContent = true;
  }

  async #heedAll(): Promise<void> {
    this.#heedContent(await this.#read(REPLY_TIMEOUTS.contentEndMs), this.#accepted);
  }

  /** RFC 2033 §4.2: one reply for each recipient that was taken, in their order. */
  async #heedEach(): Promise<void> {
    for (const index of this.#accepted) {
      this.#heedContent(await this.#read(REPLY_TIMEOUTS.contentEndMs), [index]);
    }
  }

  #heedContent(reply: ServerReply, recipients: readonly number[]): void {
    const verdict = verdictOf(reply, this.#extensions);
    for (const index of recipients) this.verdicts[index] = verdict;
    if (reply.code === 421) this.#wire.abort('refused');
  }
}

/** RFC 5321 §4.2.2: the command or its argument makes no sense to the server. */
const NOT_UNDERSTOOD: ReadonlySet<number> = new Set([500, 501, 502, 504]);

/** RFC 5321 §3.8: 421 in reply to any command says that the server closes the session. */
export function throwIfClosing(reply: ServerReply): void {
  if (reply.code === 421) throw new SessionBrokenError(refusedForNow(reply));
}

function isTooManyRecipients(reply: ServerReply): boolean {
  return reply.code === 452 && (reply.enhanced === null || reply.enhanced === '4.5.3');
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}
