/**
 * ClientWire: the dialogue with a server: commands out, replies in, all of it in the transcript.
 *
 * Flow: session, transaction → here → line channel → socket. Commands gather until a reply is awaited, so pipelined ones
 * leave in one write. Invariants: memory is bounded whatever the server sends; secrets reach the transcript masked;
 * a session that cannot go on throws SessionBrokenError, and nothing is read or written after it.
 */
import type { Clock } from '../../../base/clock.ts';
import { LineChannel } from '../../connection/line-channel.ts';
import { MASKED, type SessionEnd, type SessionTranscript } from '../../connection/session.ts';
import type { OutgoingConnection, OutgoingTls } from '../../connection/outgoing-connection.ts';
import { DotStuffer } from './dot-stuffer.ts';
import { MAX_REPLY_LINE_OCTETS, MAX_REPLY_LINES } from './limits.ts';
import { SessionBrokenError, temporaryProblem } from './problem.ts';
import { joinReply, parseReplyLine, type ServerReply } from './reply.ts';

export class ClientWire {
  readonly transcript: SessionTranscript;
  readonly #connection: OutgoingConnection;
  readonly #channel: LineChannel;
  readonly #clock: Clock;
  #isOver = false;

  constructor(connection: OutgoingConnection, transcript: SessionTranscript, clock: Clock) {
    this.transcript = transcript;
    this.#connection = connection;
    this.#channel = new LineChannel(connection, clock);
    this.#clock = clock;
  }

  /** False once the session is over or the server has closed. */
  get isOpen(): boolean {
    const { socket } = this.#connection;
    return !this.#isOver && !socket.destroyed && !socket.readableEnded;
  }

  /** Gathers a command; it leaves with the next readReply(). */
  send(command: string): void {
    this.transcript.client(command);
    this.#channel.write(`${command}\r\n`);
  }

  /** Gathers a line whose secret part is left out of the transcript. */
  sendSecret(command: string, secret: string): void {
    this.transcript.client(`${command}${MASKED}`);
    this.#channel.write(`${command}${secret}\r\n`);
  }

  /** Sends what was gathered and waits for one reply; it must be complete within the time. */
  async readReply(timeoutMs: number): Promise<ServerReply> {
    const deadline = this.#clock.now() + timeoutMs;
    const texts: string[] = [];
    for (;;) {
      const line = await this.#readLine(deadline - this.#clock.now());
      const parsed = parseReplyLine(line);
      if (parsed === null) throw this.#broken('5.5.2', `The host said something that is no reply: ${line}`);
      texts.push(parsed.text);
      if (parsed.isLast) return joinReply(parsed.code, texts);
      if (texts.length >= MAX_REPLY_LINES) throw this.#broken('5.5.2', 'The host sent a reply without end');
    }
  }

  /** Sends content, dot-stuffed, piece by piece as the server takes it, and the line that ends it. */
  async sendContent(
    content: AsyncIterable<Uint8Array>,
    onSent: (octets: number) => void = () => undefined,
  ): Promise<void> {
    const stuffer = new DotStuffer();
    let octets = 0;
    for await (const chunk of content) {
      // A server that has gone or refused in the middle: what remains need not be read from the disk.
      if (!this.isOpen) break;
      octets += chunk.length;
      this.transcript.passing?.(chunk);
      this.#channel.write(stuffer.push(chunk));
      await this.#channel.flush();
      onSent(octets);
    }
    this.transcript.content('client', octets);
    this.transcript.client('.');
    this.#channel.write(stuffer.end());
  }

  /** Gathers `BDAT … LAST` and its octets (RFC 3030 §2); they leave with the next readReply(). */
  sendChunk(content: Uint8Array): void {
    this.send(`BDAT ${content.length} LAST`);
    this.transcript.passing?.(content);
    this.transcript.content('client', content.length);
    if (content.length > 0) this.#channel.write(content);
  }

  async startTls(): Promise<OutgoingTls> {
    const tls = await this.#channel.startTls();
    const { tls: details, tlsProblem } = this.#connection;
    if (tls !== null && details !== undefined) return details;
    throw this.#broken(
      '4.7.5',
      `The TLS handshake failed: ${tlsProblem ?? 'the host closed the connection'}`,
    );
  }

  /** Says what is gathered and closes. */
  async close(end: SessionEnd): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.transcript.close(end);
    await this.#channel.close();
  }

  /** Drops the connection, so that content which was not ended cannot be taken for complete. */
  abort(end: SessionEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.transcript.close(end);
    this.#channel.destroy();
  }

  async #readLine(timeoutMs: number): Promise<string> {
    const read = await this.#channel.readLine(MAX_REPLY_LINE_OCTETS, timeoutMs);
    switch (read.kind) {
      case 'line': {
        const text = Buffer.from(read.text, 'latin1').toString('utf8');
        this.transcript.server(text);
        return text;
      }
      case 'tooLong':
        throw this.#broken('4.5.2', 'The host sent a line without end');
      case 'timeout':
        throw this.#broken('4.4.2', 'The host did not answer in time', 'timeout');
      case 'end':
      case 'interrupted':
        throw this.#broken('4.4.2', 'The host closed the connection in the middle of the session');
    }
  }

  #broken(status: string, diagnostic: string, end: SessionEnd = 'lost'): SessionBrokenError {
    this.transcript.note(diagnostic);
    this.abort(end);
    return new SessionBrokenError(temporaryProblem(status.replace(/^5/u, '4'), diagnostic));
  }
}
