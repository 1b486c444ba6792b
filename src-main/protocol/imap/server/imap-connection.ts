/**
 * IMAP connection: the loop that reads commands, gates them by state, has them handled, and writes the answers.
 *
 * RFC 9051 §2.2, §3, §5.4. Flow: listener → here → EngineSession. Invariants: never throws; every command is answered
 * exactly once with its tag, or the connection ends with BYE; replies to pipelined commands leave in one write.
 */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import type { AcceptedConnection } from '../../connection/accepted-connection.ts';
import { LineChannel } from '../../connection/line-channel.ts';
import type { ReadStop } from '../../connection/line-channel.ts';
import { MASKED } from '../../connection/session.ts';
import type { SessionEnd, SessionTranscript } from '../../connection/session.ts';
import { findPending } from '../grammar/append.ts';
import type { Command } from '../grammar/command.ts';
import { formatString } from '../grammar/format.ts';
import { parseCommand } from '../grammar/parse-command.ts';
import {
  IDLE_TIMEOUT_MS,
  MAX_BAD_COMMANDS,
  MAX_COMMAND_LITERAL_OCTETS,
  MAX_FAILED_SIGN_INS,
  MAX_LINE_OCTETS,
  MAX_METADATA_VALUE_OCTETS,
  MAX_UNAUTHENTICATED_LITERAL_OCTETS,
  SIGN_IN_TIMEOUT_MS,
} from '../limits.ts';
import { readCommand, tagOf } from './command-reader.ts';
import type { CommandRead, ReadLimits } from './command-reader.ts';
import { MessageIntake } from './message-intake.ts';
import { maskCommand } from './mask-command.ts';
import { ReplyWriter } from './reply-writer.ts';
import type { CommandIo, Completion, EngineSession, ExchangeLine, Response } from './session.ts';
import { completionForTrouble, SESSION_FAILED } from './trouble.ts';

export interface ImapConnectionOptions {
  readonly connection: AcceptedConnection;
  readonly session: EngineSession;
  readonly transcript: SessionTranscript;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How the loop ended, and what the client is told. */
interface Farewell {
  readonly end: SessionEnd;
  /** Text of the BYE, null where nobody listens any more or it was said already. */
  readonly bye: string | null;
}

const SETS_METADATA = /^[^ ]+ setmetadata /i;

const LOGGED_OUT: Farewell = { end: 'closed', bye: null };
const TOO_BIG: Farewell = { end: 'refused', bye: '[TOOBIG] Command too long' };

export class ImapConnection {
  readonly #options: ImapConnectionOptions;
  readonly #channel: LineChannel;
  readonly #replies: ReplyWriter;
  #badCommands = 0;
  /** After an AUTHENTICATE that came to nothing, a client may go on as if it had not: its next line may be a secret. */
  #mayHearSecrets = false;
  #isCompressed = false;
  #closeReason: string | null = null;
  /** Why the input ended in the middle of a command. */
  #stop: ReadStop | null = null;

  constructor(options: ImapConnectionOptions) {
    this.#options = options;
    this.#channel = new LineChannel(options.connection, options.clock);
    this.#replies = new ReplyWriter(this.#channel, options.transcript);
  }

  /** Serves the connection until it is over. */
  async run(): Promise<void> {
    const { session, transcript, logger } = this.#options;
    let farewell: Farewell;
    try {
      await this.#replies.send(`* ${session.greeting()}`);
      farewell = await this.#serve();
    } catch (error) {
      logger.error('IMAP session failed', { error, sessionId: transcript.sessionId });
      const { code, text } = completionForTrouble(error) ?? SESSION_FAILED;
      farewell = { end: 'failed', bye: `[${code}] ${text}` };
    }
    transcript.phase('close');
    session.close();
    if (farewell.bye !== null) await this.#replies.send(`* BYE ${farewell.bye}`);
    transcript.close(farewell.end);
    await this.#channel.close();
  }

  /** Ends the session with BYE once the command that is running is done. */
  interrupt(reason: string): void {
    this.#closeReason = reason;
    this.#channel.interrupt();
  }

  /** Drops the connection. */
  destroy(): void {
    this.#channel.destroy();
  }

  accountId(): number | null {
    return this.#options.session.accountId;
  }

  async #serve(): Promise<Farewell> {
    const { session } = this.#options;
    const sink = {
      send: (response: Response) => this.#replies.send(response),
      flush: () => this.#channel.flush(),
    };
    for (;;) {
      session.beginWaiting(sink);
      const read = await readCommand(this.#channel, this.#limits(), () => session.endWaiting());
      const farewell = await this.#pass(read);
      if (farewell !== null) return farewell;
    }
  }

  async #pass(read: CommandRead): Promise<Farewell | null> {
    switch (read.kind) {
      case 'command':
        return this.#execute(read.text);
      case 'tooBig':
        return this.#refuseTooBig(read);
      default:
        return this.#farewellFor(read.kind);
    }
  }

  async #refuseTooBig(read: Extract<CommandRead, { kind: 'tooBig' }>): Promise<Farewell | null> {
    this.#options.transcript.note('The command or a literal of it is too long');
    if (!read.isRecoverable) return TOO_BIG;
    const tag = tagOf(read.text) ?? '*';
    // RFC 5464 §4.3: a value that is too large is no mistake in the protocol.
    if (SETS_METADATA.test(read.text)) {
      await this.#replies.send(
        `${tag} NO [METADATA MAXSIZE ${MAX_METADATA_VALUE_OCTETS}] The value is too large`,
      );
      return null;
    }
    await this.#replies.send(`${tag} BAD [TOOBIG] Command or literal too long`);
    return this.#countBad();
  }

  async #execute(text: string): Promise<Farewell | null> {
    const { transcript, session } = this.#options;
    const parsed = parseCommand(text);
    if (!parsed.ok) {
      // One word alone is no command, but may be a response to a challenge: that is not said back either.
      const mayBeSecret = this.#mayHearSecrets && !text.includes(' ');
      transcript.client(mayBeSecret ? MASKED : maskCommand(text, null));
      const { message } = parsed.error;
      const tag = mayBeSecret ? null : parsed.error.tag;
      await this.#replies.send(`${tag ?? '*'} BAD ${message}`);
      return this.#countBad();
    }
    const { tag, command } = parsed.value;
    transcript.client(maskCommand(text, command));
    this.#mayHearSecrets = command.name === 'AUTHENTICATE' || command.name === 'LOGIN';
    if (!session.isAllowed(command.name)) {
      return this.#refuseState(tag, command);
    }
    this.#badCommands = 0;
    if (command.name === 'STARTTLS') return this.#startTls(tag);
    return command.name === 'COMPRESS'
      ? this.#startCompression(tag, command.mechanism)
      : this.#handle(tag, command);
  }

  async #refuseState(tag: string, command: Command): Promise<Farewell | null> {
    const intake = this.#intakeFor(command);
    const farewell = intake === null ? null : await this.#skipUnwanted(intake);
    if (farewell !== null) return farewell;
    await this.#replies.send(`${tag} BAD ${command.name} is not allowed in this state`);
    return this.#countBad();
  }

  async #handle(tag: string, command: Command): Promise<Farewell | null> {
    const { session, transcript } = this.#options;
    const wasSignedIn = session.accountId !== null;
    const intake = this.#intakeFor(command);
    const completion = await this.#complete(command, this.#commandIo(tag, intake));
    const stop = this.#stop ?? intake?.stop ?? null;
    if (stop !== null) return this.#farewellFor(stop);
    if (completion.status === 'OK') this.#mayHearSecrets = false;
    const farewell = intake === null ? null : await this.#skipUnwanted(intake);
    if (farewell !== null) return farewell;
    await this.#replies.send(formatCompletion(tag, completion));
    if (!wasSignedIn && session.accountId !== null) transcript.phase('mailbox');
    if (session.state === 'logout') return LOGGED_OUT;
    if (session.failedSignIns >= MAX_FAILED_SIGN_INS) {
      return { end: 'refused', bye: 'Too many failed sign-ins' };
    }
    return completion.status === 'BAD' ? this.#countBad() : null;
  }

  #intakeFor(command: Command): MessageIntake | null {
    if (!('messages' in command)) return null;
    const pending = findPending([], command.messages);
    return new MessageIntake(this.#channel, this.#options.transcript, pending);
  }

  /** Has the session handle the command; a fault of ours costs this command only. */
  async #complete(command: Command, io: CommandIo): Promise<Completion> {
    const { session, transcript, logger } = this.#options;
    try {
      return await session.handle(command, io);
    } catch (error) {
      if (this.#replies.isBroken) throw error;
      const { sessionId } = transcript;
      logger.error('IMAP command failed', { error, sessionId, command: command.name });
      return (
        completionForTrouble(error) ?? {
          status: 'NO',
          code: 'SERVERBUG',
          text: `Internal error, see the log (${sessionId})`,
        }
      );
    }
  }

  async #startTls(tag: string): Promise<Farewell | null> {
    const { session, transcript } = this.#options;
    transcript.phase('tls');
    await this.#replies.send(`${tag} OK Begin TLS negotiation now`);
    const tls = await this.#channel.startTls();
    if (tls === null) {
      transcript.note('The TLS handshake failed');
      return { end: 'lost', bye: null };
    }
    transcript.update({ tls });
    transcript.note(`TLS is on: ${tls.version} ${tls.cipher}`);
    transcript.phase('sign-in');
    session.secured(tls);
    return null;
  }

  /** RFC 4978 §3 */
  async #startCompression(tag: string, mechanism: string): Promise<null> {
    const { session, transcript } = this.#options;
    if (this.#isCompressed) {
      await this.#replies.send(`${tag} NO [COMPRESSIONACTIVE] DEFLATE is active already`);
    } else if (mechanism !== 'DEFLATE') {
      await this.#replies.send(`${tag} NO This compression is not known`);
    } else {
      await this.#replies.send(`${tag} OK DEFLATE active`);
      await this.#channel.startDeflate();
      this.#isCompressed = true;
      session.compressed();
      transcript.note('Compression is on: DEFLATE');
    }
    return null;
  }

  #commandIo(tag: string, messages: MessageIntake | null): CommandIo {
    return {
      send: (response) => this.#replies.send(response),
      sendLines: (lines) => this.#replies.sendLines(lines),
      flush: () => this.#channel.flush(),
      challenge: (text, options) => this.#challenge(text, options.isSecret),
      quotedTag: formatString(tag, false),
      messages,
    };
  }

  async #challenge(text: string, isSecret: boolean): Promise<ExchangeLine> {
    await this.#replies.send(`+ ${text}`);
    const read = await this.#channel.readLine(MAX_LINE_OCTETS, this.#limits().timeoutMs);
    if (read.kind !== 'line') {
      this.#stop = read.kind === 'tooLong' ? 'end' : read.kind;
      return { kind: 'lost' };
    }
    this.#options.transcript.client(isSecret && read.text !== '*' ? MASKED : read.text);
    return read;
  }

  /** Throws away messages that were refused and come all the same. */
  async #skipUnwanted(intake: MessageIntake): Promise<Farewell | null> {
    if (!(await intake.skipRest())) return TOO_BIG;
    return intake.stop === null ? null : this.#farewellFor(intake.stop);
  }

  #limits(): ReadLimits {
    const { state } = this.#options.session;
    return state === 'notAuthenticated'
      ? { timeoutMs: SIGN_IN_TIMEOUT_MS, literalOctets: MAX_UNAUTHENTICATED_LITERAL_OCTETS }
      : { timeoutMs: IDLE_TIMEOUT_MS, literalOctets: MAX_COMMAND_LITERAL_OCTETS };
  }

  #countBad(): Farewell | null {
    if (++this.#badCommands < MAX_BAD_COMMANDS) return null;
    return { end: 'refused', bye: 'Too many commands that are not IMAP' };
  }

  #farewellFor(stop: ReadStop): Farewell {
    switch (stop) {
      case 'end':
        return { end: 'lost', bye: null };
      case 'timeout':
        return { end: 'timeout', bye: 'Idle for too long' };
      case 'interrupted':
        return { end: 'closed', bye: this.#closeReason ?? 'The server closes the connection' };
    }
  }
}

function formatCompletion(tag: string, { status, code, text }: Completion): string {
  return code === undefined ? `${tag} ${status} ${text}` : `${tag} ${status} [${code}] ${text}`;
}
