/**
 * ManageSieve connection: the loop that reads commands with their literals, has them handled, and writes the replies.
 *
 * RFC 5804. Flow: listener → here → ManageSieveEngineSession. Invariants: never throws; every command is answered exactly once;
 * what a client sent before the TLS handshake is never read after it; memory is bounded by the literal's limit.
 */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/logger.ts';
import { STORAGE_TROUBLE_TEXTS, storageTroubleOf } from '../../../base/storage-trouble.ts';
import type { AcceptedConnection } from '../../connection/accepted-connection.ts';
import { LineChannel } from '../../connection/line-channel.ts';
import { MASKED } from '../../connection/session.ts';
import type { SessionEnd, SessionTranscript } from '../../connection/session.ts';
import { parseManageSieveCommand } from '../command.ts';
import type { ManageSieveCommand } from '../command.ts';
import {
  IDLE_TIMEOUT_MS,
  MAX_BAD_COMMANDS,
  MAX_FAILED_SIGN_INS,
  MAX_LINE_OCTETS,
  SIGN_IN_TIMEOUT_MS,
} from '../limits.ts';
import { formatString } from '../tokens.ts';
import { CommandReader } from './command-reader.ts';
import type { CommandStop } from './command-reader.ts';
import type { DataLine, ManageSieveEngineSession, ManageSieveReply } from './session.ts';

export interface ManageSieveConnectionOptions {
  readonly connection: AcceptedConnection;
  readonly session: ManageSieveEngineSession;
  readonly transcript: SessionTranscript;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Farewell {
  readonly end: SessionEnd;
  /** A last BYE; null where nobody listens any more or all was said. */
  readonly bye: ManageSieveReply | null;
}

export class ManageSieveConnection {
  readonly #options: ManageSieveConnectionOptions;
  readonly #channel: LineChannel;
  readonly #reader: CommandReader;
  #badCommands = 0;
  #closeReason: string | null = null;
  /** Why the input ended in the middle of a command. */
  #stop: CommandStop | null = null;

  constructor(options: ManageSieveConnectionOptions) {
    this.#options = options;
    this.#channel = new LineChannel(options.connection, options.clock);
    this.#reader = new CommandReader(this.#channel, options.transcript);
  }

  /** Serves the connection until it is over. */
  async run(): Promise<void> {
    const { session, transcript, logger } = this.#options;
    let farewell: Farewell;
    try {
      this.#greet();
      farewell = await this.#serve();
    } catch (error) {
      logger.error('ManageSieve session failed', { error, sessionId: transcript.sessionId });
      farewell = { end: 'failed', bye: null };
    }
    transcript.phase('close');
    session.close();
    if (farewell.bye !== null) this.#send(farewell.bye);
    transcript.close(farewell.end);
    await this.#channel.close();
  }

  /** Ends the session with BYE once the command that is running is done. */
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

  /** RFC 5804 §1.7, §2.2: also unasked after STARTTLS. */
  #greet(): void {
    this.#send({ status: 'OK', text: 'ManageSieve ready', data: this.#options.session.capabilities() });
  }

  async #serve(): Promise<Farewell> {
    const { session } = this.#options;
    for (;;) {
      const read = await this.#reader.read({
        timeoutMs: this.#timeoutMs(),
        maxLiteralOctets: session.maxLiteralOctets,
      });
      if (read.kind === 'stop') return this.#farewellFor(read.stop);
      const farewell = read.kind === 'malformed' ? this.#refuse(read.text) : await this.#execute(read.tokens);
      if (farewell !== null) return farewell;
    }
  }

  async #execute(tokens: Parameters<typeof parseManageSieveCommand>[0]): Promise<Farewell | null> {
    const { session, transcript } = this.#options;
    if (tokens.some(({ kind }) => kind === 'tooLarge')) {
      this.#send({ status: 'NO', code: { name: 'QUOTA/MAXSIZE' }, text: 'The script is too large' });
      return null;
    }
    const parsed = parseManageSieveCommand(tokens);
    if (!parsed.ok) return this.#refuse(parsed.error);
    const command = parsed.value;
    if (!session.isAllowed(command.name)) return this.#refuse(`${command.name} is not allowed now`);
    this.#badCommands = 0;
    if (command.name === 'STARTTLS') return this.#startTls();
    const wasSignedIn = session.accountId !== null;
    this.#send(await this.#complete(command));
    if (!wasSignedIn && session.accountId !== null) transcript.phase('mailbox');
    if (this.#stop !== null) return this.#farewellFor(this.#stop);
    if (session.isOver) return { end: 'closed', bye: null };
    if (session.failedSignIns < MAX_FAILED_SIGN_INS) return null;
    return { end: 'refused', bye: { status: 'BYE', text: 'Too many failed sign-ins' } };
  }

  async #complete(command: ManageSieveCommand): Promise<ManageSieveReply> {
    const { session, transcript, logger } = this.#options;
    try {
      return await session.handle(command, (text) => this.#challenge(text));
    } catch (error) {
      const { sessionId } = transcript;
      logger.error('ManageSieve command failed', { error, sessionId, command: command.name });
      const trouble = storageTroubleOf(error);
      const text =
        trouble === null ? `Internal error, see the log (${sessionId})` : STORAGE_TROUBLE_TEXTS[trouble];
      // RFC 5804 §1.3
      return { status: 'NO', code: { name: 'TRYLATER' }, text };
    }
  }

  #refuse(text: string): Farewell | null {
    this.#send({ status: 'NO', text });
    if (++this.#badCommands < MAX_BAD_COMMANDS) return null;
    return { end: 'refused', bye: { status: 'BYE', text: 'Too many commands that are not ManageSieve' } };
  }

  async #startTls(): Promise<Farewell | null> {
    const { session, transcript } = this.#options;
    transcript.phase('tls');
    this.#send({ status: 'OK', text: 'Begin TLS negotiation now' });
    const tls = await this.#channel.startTls();
    if (tls === null) {
      transcript.note('The TLS handshake failed');
      return { end: 'lost', bye: null };
    }
    transcript.update({ tls });
    transcript.note(`TLS is on: ${tls.version} ${tls.cipher}`);
    transcript.phase('sign-in');
    session.secured(tls);
    this.#greet();
    return null;
  }

  /** RFC 5804 §2.1: a string to the client, a string back. */
  async #challenge(text: string): Promise<string | null> {
    this.#writeLine(formatString(text));
    const read = await this.#reader.read({
      timeoutMs: this.#timeoutMs(),
      maxLiteralOctets: MAX_LINE_OCTETS,
      mask: MASKED,
    });
    if (read.kind === 'stop') this.#stop = read.stop;
    if (read.kind !== 'tokens') return null;
    const [only, ...others] = read.tokens;
    return only?.kind === 'string' && others.length === 0 ? only.text : '*';
  }

  #send(reply: ManageSieveReply): void {
    for (const line of reply.data ?? []) this.#writeLine(formatDataLine(line));
    const { code } = reply;
    const words: string[] = [reply.status];
    if (code !== undefined) {
      words.push(code.value === undefined ? `(${code.name})` : `(${code.name} ${formatString(code.value)})`);
    }
    if (reply.text !== undefined) words.push(formatString(reply.text));
    this.#writeLine(words.join(' '));
  }

  /** The lines of a literal are counted, and not kept in the transcript. */
  #writeLine(line: string): void {
    const { transcript } = this.#options;
    this.#channel.write(Buffer.from(`${line}\r\n`));
    const lineEnd = line.indexOf('\r\n');
    transcript.server(lineEnd < 0 ? line : line.slice(0, lineEnd));
    if (lineEnd >= 0) transcript.content('server', Buffer.byteLength(line) - lineEnd - 2);
  }

  #timeoutMs(): number {
    return this.#options.session.accountId === null ? SIGN_IN_TIMEOUT_MS : IDLE_TIMEOUT_MS;
  }

  #farewellFor(stop: CommandStop): Farewell {
    switch (stop) {
      case 'end':
        return { end: 'lost', bye: null };
      case 'timeout':
        return { end: 'timeout', bye: { status: 'BYE', text: 'Idle for too long' } };
      case 'tooLong':
        return { end: 'refused', bye: { status: 'BYE', text: 'The line or literal is too long' } };
      case 'interrupted': {
        const text = this.#closeReason ?? 'The server closes the connection';
        return { end: 'closed', bye: { status: 'BYE', code: { name: 'TRYLATER' }, text } };
      }
    }
  }
}

function formatDataLine({ strings, word }: DataLine): string {
  const words = strings.map(formatString);
  return [...words, ...(word === undefined ? [] : [word])].join(' ');
}
