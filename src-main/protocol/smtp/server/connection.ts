/**
 * SmtpConnection: one client's socket joined to its session.
 *
 * Built on smtp-server's SMTPConnection: the library keeps the life of the socket (piping with back-pressure, closing in
 * halves with a deadline); parsing, commands, replies, TLS and timeouts are ours. Its greeting delay, its reverse look-up
 * and its one-write-per-reply are left out.
 * Invariants: replies of commands that came together leave in one write (RFC 2920 §3.2); nothing is read while a reply waits
 * for a slow client; what came before a TLS handshake is never run after it.
 */
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection';
import type { SMTPServer } from 'smtp-server';
import type { Cancel, Clock } from '../../../base/clock.ts';
import type { AcceptedConnection } from '../../connection/accepted-connection.ts';
import type { SessionEnd } from '../../connection/session.ts';
import { messageTooLarge } from './content-intake.ts';
import type { ContentIntake, ContentTurn } from './content-intake.ts';
import { MAX_UNSENT_REPLY_CHARACTERS } from './limits.ts';
import type { SmtpIdentity } from './policy.ts';
import { formatReplyLines, isPositive, REPLIES } from './reply.ts';
import type { SmtpReply } from './reply.ts';
import { SmtpSession } from './session.ts';
import type { Outcome, SessionContext } from './session.ts';
import { WireStream } from './wire-stream.ts';
import type { CommandLine, WireHandler } from './wire-stream.ts';

export interface ConnectionOptions {
  readonly accepted: AcceptedConnection;
  readonly context: SessionContext;
  readonly clock: Clock;
  /** Refuse the client with this reply instead of greeting it. */
  readonly refusal?: SmtpReply;
}

export class SmtpConnection extends SMTPConnection {
  /** Resolves when the connection is over. */
  readonly whenOver: Promise<void>;
  readonly #options: ConnectionOptions;
  readonly #session: SmtpSession;
  #resolveOver: () => void = () => undefined;
  #wire: WireStream | undefined;
  #unsent = '';
  #isBusy = false;
  /** The command or content that is being worked on; goes on when the client has left. */
  #work: Promise<void> = Promise.resolve();
  /** When the content that is being received began, in however many chunks it comes. */
  #contentSince = 0;
  /** Ends a reply's being held back. */
  #endWait: () => void = () => undefined;
  #abandoned: Promise<void> | undefined;
  #lastIntake: ContentIntake | undefined;
  #lastInputAt: number;
  #cancelTimer: Cancel = () => undefined;
  #end: SessionEnd | undefined;
  /** Set once the service closes: the reply that ends the session at the next opportunity. */
  #farewell: SmtpReply | undefined;

  constructor(library: SMTPServer, options: ConnectionOptions) {
    const { accepted, context, clock } = options;
    // The library asks for a net.Socket but uses only what every Duplex has, the addresses apart, which are given here.
    super(library, accepted.socket as Socket, {
      id: context.transcript.sessionId,
      remoteAddress: accepted.remoteAddress,
      remotePort: accepted.remotePort,
      localAddress: accepted.localAddress,
      localPort: accepted.localPort,
    });
    this.#options = options;
    this.#lastInputAt = clock.now();
    this.#session = new SmtpSession(context, {
      sessionId: context.transcript.sessionId,
      remoteAddress: accepted.remoteAddress,
      tls: accepted.tls,
      channel: accepted.channel,
    });
    this.whenOver = new Promise((resolve) => {
      this.#resolveOver = resolve;
    });
  }

  /** Greets the client at once; a stranger after a look at whether it has spoken already. */
  override init(): void {
    const { context, accepted } = this.#options;
    context.transcript.phase('connect');
    if (accepted.tls !== undefined) context.transcript.update({ tls: accepted.tls });
    // Our users' programs are told apart by signing in.
    const isReception = context.policy.authentication === undefined;
    const isWatched = isReception && accepted.tls === undefined && this.#session.isStranger;
    if (isWatched) void this.#greetStranger();
    else this.#greet(this.#options.refusal ?? null);
  }

  /**
   * RFC 5321 §3.1, §4.3.1: a client waits for the greeting. Programs that send spam in bulk often do not; whoever does not
   * costs itself the session, and those who wait are not kept waiting: only what has arrived by now counts.
   */
  async #greetStranger(): Promise<void> {
    this._socket.allowHalfOpen = true;
    // A new socket is first read in the turn after the one that accepted it.
    await nextTurn();
    await nextTurn();
    const refusal = this.#options.refusal ?? this.#session.refuseConnection();
    const hasSpoken = this._socket.readableLength > 0;
    this.#greet(refusal ?? (hasSpoken ? this.#refuseEarlyTalker() : null));
  }

  #refuseEarlyTalker(): SmtpReply {
    const { guard } = this.#options.context;
    guard?.countError(this.#options.accepted.remoteAddress);
    return REPLIES.earlyTalker;
  }

  #greet(refusal: SmtpReply | null): void {
    this.#attach();
    if (this._socket.destroyed) return this._onClose();
    if (refusal === null) this.#write(this.#session.greeting);
    else this.#hangUp(refusal, 'refused');
    this.#flush();
    this.#sayFarewell();
  }

  /** Who has signed in. */
  get identity(): SmtpIdentity | undefined {
    return this.#session.client.identity;
  }

  /** Ends the session with `reply`: at once, or after the message that is being received. */
  shutDown(reply: SmtpReply): void {
    this.#farewell = reply;
    this.#endWait();
    // Before the greeting there is nothing to end yet; it comes in a moment.
    const isGreeted = this.#wire !== undefined;
    if (isGreeted && !this.#isBusy && this.#wire?.intake === undefined) this.#sayFarewell();
  }

  /** Ends the session whatever it is doing. */
  destroy(): void {
    this._socket.destroy();
  }

  // The library's parts that are replaced.

  override _armTimeout(): void {
    const { clock, context } = this.#options;
    this.#cancelTimer();
    const idleMs = clock.now() - this.#lastInputAt;
    const delayMs = Math.max(1, context.limits.idleMs - idleMs);
    this.#cancelTimer = clock.after(delayMs, () => this._onTimeout());
  }

  override _onTimeout(): void {
    const { clock, context } = this.#options;
    // While a command or a commit is running, the client waits for us.
    if (this.#isBusy) this.#lastInputAt = clock.now();
    if (clock.now() - this.#lastInputAt < context.limits.idleMs) return this._armTimeout();
    this.#hangUp(REPLIES.idle, 'timeout');
  }

  // The listener has an error handler; 'close' follows.
  override _onError(): void {
    return;
  }

  override _onClose(): void {
    if (this._closed) return;
    super._onClose();
    this.#cancelTimer();
    const { context } = this.#options;
    const intake = this.#wire?.intake;
    const isInterrupted = intake !== undefined || this.#session.transaction !== undefined;
    context.transcript.close(this.#end ?? (isInterrupted ? 'lost' : 'closed'));
    void Promise.allSettled([this.#work, intake?.abort()])
      .then(() => Promise.all([this.#abandoned, this.#session.abandon()]))
      .finally(() => this.#resolveOver());
  }

  /** Reads from the socket with a parser of its own, in place of the library's. */
  #attach(): void {
    this.#wire = new WireStream(this.#createWireHandler());
    this.#wire.on('finish', () => this.#inputEnded());
    this._parser = this.#wire;
    // A client that closes its side after its last command still gets the replies; we close when they are written.
    this._socket.allowHalfOpen = true;
    this._setListeners(() => undefined);
  }

  #createWireHandler(): WireHandler {
    return {
      onLine: (line) => this.#whileBusy(() => this.#handleLine(line)),
      onEndlessLine: () => this.#hangUp(REPLIES.lineTooLong, 'refused'),
      onContentProgress: (intake, octets) => {
        this.#options.context.transcript.passing?.(octets);
        this.#watchContent(intake);
      },
      onContentEnd: (turn) => this.#whileBusy(() => this.#endContent(turn)),
      onDrained: () => this.#drained(),
      onError: (error) => {
        this.#options.context.logger.error('An SMTP session failed', { sessionId: this.id, error });
        this.#end = 'failed';
        this._socket.destroy();
      },
    };
  }

  #whileBusy(work: () => Promise<void>): Promise<void> {
    this.#isBusy = true;
    this.#work = work().finally(() => {
      this.#isBusy = false;
      this.#lastInputAt = this.#options.clock.now();
    });
    return this.#work;
  }

  async #handleLine(line: CommandLine): Promise<void> {
    await this.#conclude(await this.#session.handleLine(line));
  }

  async #conclude(outcome: Outcome): Promise<void> {
    if (this._closed) return;
    const { reply, next, delayMs = 0 } = outcome;
    if (delayMs > 0) await this.#holdBack(delayMs);
    if (this._closed) return;
    if (next === 'close') {
      const hasRefused = reply !== null && !isPositive(reply);
      return this.#hangUp(reply ?? REPLIES.bye, hasRefused ? 'refused' : 'closed');
    }
    if (reply !== null) this.#write(reply);
    if (next === 'startTls') await this.#startTls();
    else if (next !== undefined) return this.#startContent(next);
    this.#sayFarewell();
  }

  #startContent(turn: ContentTurn): Promise<void> | undefined {
    if (turn.intake !== this.#lastIntake) this.#contentSince = this.#options.clock.now();
    this.#lastIntake = turn.intake;
    if (turn.isEmpty === true) return this.#endContent(turn);
    this.#wire?.startContent(turn);
    return undefined;
  }

  #watchContent(intake: ContentIntake): void {
    const { clock, context } = this.#options;
    const now = clock.now();
    this.#lastInputAt = now;
    if (now - this.#contentSince > context.limits.contentMs) this.#hangUp(REPLIES.contentTooSlow, 'timeout');
    else if (intake.isHopeless) this.#hangUp(messageTooLarge(context.limits.messageOctets), 'refused');
  }

  async #endContent(turn: ContentTurn): Promise<void> {
    this.#options.context.transcript.content('client', turn.intake.countNewOctets());
    const allowsUtf8 = this.#session.allowsUtf8;
    const { reply, next, delayMs = 0 } = await this.#session.contentArrived(turn);
    if (delayMs > 0) await this.#holdBack(delayMs);
    if (this._closed || reply === null) return;
    if (next === 'close') return this.#hangUp(reply, 'refused');
    this.#write(reply, allowsUtf8);
    this.#sayFarewell();
  }

  /** The tarpit: the client waits for its reply, and nobody else does; a client that leaves, or our own end, ends it. */
  #holdBack(delayMs: number): Promise<void> {
    this.#flush();
    this.#options.context.transcript.note(`The reply is held back for ${delayMs / 1000} s: too many errors`);
    return new Promise((resolve) => {
      const end = (): void => {
        cancel();
        this._socket.off('close', end);
        this.#endWait = () => undefined;
        resolve();
      };
      const cancel = this.#options.clock.after(delayMs, end);
      this._socket.once('close', end);
      this.#endWait = end;
    });
  }

  async #startTls(): Promise<void> {
    const { accepted } = this.#options;
    this.#flush();
    // What is left of this chunk came in clear text: the old parser drops it, and the new one never sees it.
    if (this._parser) {
      this._socket.unpipe(this._parser);
      this._parser.isClosed = true;
    }
    // In the middle of a handshake half a connection is of no use to anybody.
    this._socket.allowHalfOpen = false;
    try {
      const tls = await accepted.startTls();
      this._socket = accepted.socket as Socket;
      this.secure = true;
      this.#session.startedTls(tls, accepted.channel);
      this.#attach();
    } catch (error) {
      this.#options.context.transcript.note(`The TLS handshake failed: ${String(error)}`);
      this.#end = 'failed';
      this._onClose();
    }
  }

  /** Everything that came was handled: let the replies go, and wait for a client that does not take them. */
  #drained(): Promise<void> | undefined {
    this.#lastInputAt = this.#options.clock.now();
    this.#flush();
    const socket = this._socket;
    if (!socket.writableNeedDrain || socket.destroyed) return undefined;
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.once('drain', done);
      socket.once('close', done);
    });
  }

  /** The client closed its side: what it had asked for is answered already. */
  #inputEnded(): void {
    this.#flush();
    this.close();
  }

  /** If the service closes and this session may end now. */
  #sayFarewell(): void {
    const reply = this.#farewell;
    if (reply === undefined || this._closing || this._closed) return;
    this.#hangUp(reply, 'closed');
    // The service ends: once the reply has left, there is no time to wait for the client's side.
    this._socket.end(() => this._socket.destroy());
  }

  #hangUp(reply: SmtpReply, end: SessionEnd): void {
    if (this._closing || this._closed) return;
    this.#write(reply);
    this.#end = end;
    this.#abandoned = this.#session.abandon();
    this.#flush();
    this.close();
  }

  #write(reply: SmtpReply, allowsUtf8 = this.#session.allowsUtf8): void {
    const { transcript } = this.#options.context;
    for (const line of formatReplyLines(reply, allowsUtf8)) {
      transcript.server(line);
      this.#unsent += `${line}\r\n`;
    }
    if (this.#unsent.length > MAX_UNSENT_REPLY_CHARACTERS) this.#flush();
  }

  #flush(): void {
    if (this.#unsent === '' || this._socket.destroyed || !this._socket.writable) return;
    this._socket.write(this.#unsent);
    this.#unsent = '';
  }
}
