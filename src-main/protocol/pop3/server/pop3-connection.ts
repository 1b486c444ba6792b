/**
 * POP3 connection: the loop that reads commands, gates them by state, has them handled, and writes the replies.
 *
 * RFC 1939, PIPELINING: RFC 2449 §6.8. Flow: listener → here → Pop3EngineSession. Invariants: never throws; every command
 * is answered exactly once; replies to pipelined commands leave in one write.
 */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import { STORAGE_TROUBLE_TEXTS, storageTroubleOf } from '../../../base/storage-trouble.ts';
import type { AcceptedConnection } from '../../connection/accepted-connection.ts';
import { LineChannel } from '../../connection/line-channel.ts';
import type { ReadStop } from '../../connection/line-channel.ts';
import { MASKED } from '../../connection/session.ts';
import type { SessionEnd, SessionTranscript } from '../../connection/session.ts';
import { showSignInName } from '../../sasl/shown-name.ts';
import { parsePop3Command } from '../command.ts';
import type { Pop3Command } from '../command.ts';
import { DotStuffer } from '../dot-stuffing.ts';
import { translate } from '../languages.ts';
import {
  IDLE_TIMEOUT_MS,
  MAX_BAD_COMMANDS,
  MAX_FAILED_SIGN_INS,
  MAX_LINE_OCTETS,
  SIGN_IN_TIMEOUT_MS,
} from '../limits.ts';
import type { Pop3EngineSession, Pop3Reply, ResponseBody } from './session.ts';

export interface Pop3ConnectionOptions {
  readonly connection: AcceptedConnection;
  readonly session: Pop3EngineSession;
  readonly transcript: SessionTranscript;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Farewell {
  readonly end: SessionEnd;
  /** Text of a last -ERR, null where nobody listens any more or all was said. */
  readonly text: string | null;
}

export class Pop3Connection {
  readonly #options: Pop3ConnectionOptions;
  readonly #channel: LineChannel;
  #badCommands = 0;
  /** After an AUTH that came to nothing, a client may go on as if it had not: its next line may be a secret. */
  #mayHearSecrets = false;
  #closeReason: string | null = null;
  /** Why the input ended in the middle of a command. */
  #stop: ReadStop | null = null;

  constructor(options: Pop3ConnectionOptions) {
    this.#options = options;
    this.#channel = new LineChannel(options.connection, options.clock);
  }

  /** Serves the connection until it is over. */
  async run(): Promise<void> {
    const { session, transcript, logger } = this.#options;
    let farewell: Farewell;
    try {
      this.#writeLine(`+OK ${session.greeting()}`);
      farewell = await this.#serve();
    } catch (error) {
      logger.error('POP3 session failed', { error, sessionId: transcript.sessionId });
      farewell = { end: 'failed', text: null };
    }
    transcript.phase('close');
    session.close();
    if (farewell.text !== null) this.#writeLine(`-ERR ${this.#say(farewell.text)}`);
    transcript.close(farewell.end);
    await this.#channel.close();
  }

  /** Ends the session with -ERR once the command that is running is done. */
  interrupt(reason: string): void {
    this.#closeReason = reason;
    this.#channel.interrupt();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  accountId(): number | null {
    return this.#options.session.accountId;
  }

  async #serve(): Promise<Farewell> {
    for (;;) {
      const read = await this.#channel.readLine(MAX_LINE_OCTETS, this.#timeoutMs());
      if (read.kind === 'tooLong') return { end: 'refused', text: 'Line too long' };
      if (read.kind !== 'line') return this.#farewellFor(read.kind);
      const farewell = await this.#execute(read.text);
      if (farewell !== null) return farewell;
    }
  }

  async #execute(line: string): Promise<Farewell | null> {
    const { transcript, session } = this.#options;
    const parsed = parsePop3Command(line);
    transcript.client(!parsed.ok && this.#mayHearSecrets ? MASKED : maskLine(line));
    // Whoever was refused before goes on: a response follows a response.
    this.#mayHearSecrets = /^(?:AUTH|USER|PASS|APOP)\b/i.test(line) || (!parsed.ok && this.#mayHearSecrets);
    if (!parsed.ok) return this.#refuse(parsed.error);
    const command = parsed.value;
    if (!session.isAllowed(command.name)) return this.#refuse(`${command.name} is not allowed now`);
    this.#badCommands = 0;
    if (command.name === 'STLS') return this.#startTls();
    const wasSignedIn = session.accountId !== null;
    await this.#sendReply(await this.#complete(command));
    if (!wasSignedIn && session.accountId !== null) transcript.phase('mailbox');
    if (this.#stop !== null) return this.#farewellFor(this.#stop);
    if (session.state === 'over') return { end: 'closed', text: null };
    if (session.failedSignIns >= MAX_FAILED_SIGN_INS)
      return { end: 'refused', text: 'Too many failed sign-ins' };
    return null;
  }

  async #complete(command: Pop3Command): Promise<Pop3Reply> {
    const { session, transcript, logger } = this.#options;
    try {
      return await session.handle(command, (text) => this.#challenge(text));
    } catch (error) {
      const { sessionId } = transcript;
      logger.error('POP3 command failed', { error, sessionId, command: command.name });
      const trouble = storageTroubleOf(error);
      const text =
        trouble === null ? `Internal error, see the log (${sessionId})` : STORAGE_TROUBLE_TEXTS[trouble];
      // RFC 3206 §4: SYS/PERM is what people have to mend.
      return { isOk: false, code: trouble === 'damaged' ? 'SYS/PERM' : 'SYS/TEMP', text };
    }
  }

  #refuse(text: string): Farewell | null {
    this.#writeLine(`-ERR ${this.#say(text)}`);
    if (++this.#badCommands < MAX_BAD_COMMANDS) return null;
    return { end: 'refused', text: 'Too many commands that are not POP3' };
  }

  async #startTls(): Promise<Farewell | null> {
    const { session, transcript } = this.#options;
    transcript.phase('tls');
    this.#writeLine(`+OK ${this.#say('Begin TLS negotiation now')}`);
    const tls = await this.#channel.startTls();
    if (tls === null) {
      transcript.note('The TLS handshake failed');
      return { end: 'lost', text: null };
    }
    transcript.update({ tls });
    transcript.note(`TLS is on: ${tls.version} ${tls.cipher}`);
    transcript.phase('sign-in');
    session.secured(tls);
    return null;
  }

  async #challenge(text: string): Promise<string | null> {
    this.#writeLine(`+ ${text}`);
    const read = await this.#channel.readLine(MAX_LINE_OCTETS, this.#timeoutMs());
    if (read.kind === 'line') {
      this.#options.transcript.client(read.text === '*' ? '*' : MASKED);
      return read.text;
    }
    this.#stop = read.kind === 'tooLong' ? 'end' : read.kind;
    return null;
  }

  async #sendReply({ isOk, code, text, body }: Pop3Reply): Promise<void> {
    const status = `${isOk ? '+OK' : '-ERR'} ${code === undefined ? '' : `[${code}] `}`;
    this.#writeLine(status + this.#say(text));
    if (body === undefined) return;
    await (body.kind === 'lines' ? this.#sendLines(body.lines) : this.#sendMessage(body));
    this.#channel.write('.\r\n');
    if (this.#channel.isFull) await this.#channel.flush();
  }

  async #sendLines(lines: Iterable<string>): Promise<void> {
    for (const line of lines) {
      this.#writeLine(line);
      if (this.#channel.isFull) await this.#channel.flush();
    }
  }

  async #sendMessage(message: Extract<ResponseBody, { kind: 'message' }>): Promise<void> {
    const octets =
      (await this.#sendStuffed(message.header, new DotStuffer())) +
      (await this.#sendStuffed(message.body, new DotStuffer(message.bodyLines)));
    this.#options.transcript.content('server', octets);
  }

  async #sendStuffed(chunks: AsyncIterable<Uint8Array>, stuffer: DotStuffer): Promise<number> {
    let octets = 0;
    const write = (piece: Uint8Array): void => {
      octets += piece.length;
      this.#options.transcript.passing?.(piece);
      this.#channel.write(piece);
    };
    if (stuffer.isDone) return octets;
    for await (const chunk of chunks) {
      for (const piece of stuffer.push(chunk)) write(piece);
      if (this.#channel.isFull) await this.#channel.flush();
      if (stuffer.isDone) break;
    }
    for (const piece of stuffer.end()) write(piece);
    return octets;
  }

  #say(text: string): string {
    return translate(text, this.#options.session.language);
  }

  #writeLine(line: string): void {
    this.#channel.write(`${line}\r\n`);
    this.#options.transcript.server(line);
  }

  #timeoutMs(): number {
    return this.#options.session.state === 'authorization' ? SIGN_IN_TIMEOUT_MS : IDLE_TIMEOUT_MS;
  }

  #farewellFor(stop: ReadStop): Farewell {
    switch (stop) {
      case 'end':
        return { end: 'lost', text: null };
      case 'timeout':
        return { end: 'timeout', text: 'Idle for too long' };
      case 'interrupted':
        return {
          end: 'closed',
          text: `[SYS/TEMP] ${this.#closeReason ?? 'The server closes the connection'}`,
        };
    }
  }
}

/** A line as the transcript may show it. */
function maskLine(line: string): string {
  const [keyword = '', mechanism = '', response] = line.split(' ', 3);
  switch (keyword.toUpperCase()) {
    case 'PASS':
    case 'APOP':
      return `${keyword} ${MASKED}`;
    case 'USER':
      return `${keyword} ${showSignInName(line.slice('USER '.length).trim())}`;
    case 'AUTH':
      return response === undefined ? line : `${keyword} ${mechanism} ${MASKED}`;
    default:
      return Buffer.from(line.slice(0, 1000), 'latin1').toString('utf8');
  }
}
