/**
 * ImapClientWire: the dialogue with an IMAP server: commands out, responses in, all of it in the transcript.
 *
 * Flow: ImapClientSession → here → line channel → socket. Commands gather until a response is awaited, so that several leave
 * together. Invariants: memory is bounded whatever the server sends; secrets reach the transcript masked; a session that
 * cannot go on throws ImapProblem, and nothing is read or written after it.
 */
import type { Clock } from '../../../base/clock.ts';
import { LineChannel } from '../../connection/line-channel.ts';
import type { OutgoingConnection } from '../../connection/outgoing-connection.ts';
import { MASKED, type SessionEnd, type SessionTranscript } from '../../connection/session.ts';
import { readLiteralAnnouncement } from '../grammar/cursor.ts';
import { MAX_LINE_OCTETS, MAX_LITERAL_OCTETS, MAX_LITERALS, PIECE_OCTETS } from './limits.ts';
import { parseResponse, type Response } from './parse-response.ts';

/** Why the server is no use, in a sentence for people. */
export class ImapProblem extends Error {
  override readonly name = 'ImapProblem';
  /** How far it came. */
  readonly step: 'connection' | 'signIn' | 'session';

  constructor(reason: string, step: ImapProblem['step'] = 'session') {
    super(reason);
    this.step = step;
  }
}

/** A response as far as its body, which comes next. */
export interface BodyFollows {
  readonly kind: 'body';
  readonly octets: number;
  /** What the response said before it. */
  readonly before: string;
}

/** The end of a line after which a whole message comes. */
const BODY_FOLLOWS = /BODY\[\](?:<0>)? ~?\{\d+\}$/iu;

export class ImapClientWire {
  readonly transcript: SessionTranscript;
  readonly #connection: OutgoingConnection;
  readonly #channel: LineChannel;
  #isOver = false;
  #tags = 0;

  constructor(connection: OutgoingConnection, transcript: SessionTranscript, clock: Clock) {
    this.transcript = transcript;
    this.#connection = connection;
    this.#channel = new LineChannel(connection, clock);
  }

  /** Gathers a command; its tag. `shown` is what the transcript has instead of a command with a secret. */
  send(command: string, shown = command): string {
    const tag = `p${++this.#tags}`;
    this.transcript.client(`${tag} ${shown}`);
    this.#channel.write(`${tag} ${command}\r\n`);
    return tag;
  }

  /** Answers a continuation request with a secret. */
  sendSecret(line: string): void {
    this.transcript.client(MASKED);
    this.#channel.write(`${line}\r\n`);
  }

  /** The next response, with its literals; where a whole message comes in it, what precedes that. */
  async read(timeoutMs: number): Promise<Response | BodyFollows> {
    const text = await this.#readText(timeoutMs);
    const announcement = readLiteralAnnouncement(text);
    if (announcement !== null) return { kind: 'body', octets: announcement.octets, before: text };
    const response = parseResponse(text);
    if (response === null)
      throw this.problem(`The server said something that is not IMAP: ${text.slice(0, 200)}`);
    return response;
  }

  /** The octets of the message that follows, and then the rest of its response. */
  async *readBody(octets: number, timeoutMs: number): AsyncGenerator<Uint8Array> {
    let left = octets;
    try {
      while (left > 0) {
        const piece = await this.#readOctets(Math.min(left, PIECE_OCTETS), timeoutMs);
        left -= piece.length;
        this.transcript.passing?.(piece);
        yield piece;
      }
      this.transcript.content('server', octets);
      await this.#readText(timeoutMs);
    } finally {
      // Who does not want the rest cannot go on either: the next line would be in the middle of a message.
      if (left > 0) this.abort('closed');
    }
  }

  async startTls(): Promise<void> {
    const tls = await this.#channel.startTls();
    if (tls !== null) return this.transcript.update({ tls });
    const reason = this.#connection.tlsProblem ?? 'the server closed the connection';
    throw this.problem(`The TLS handshake failed: ${reason}`);
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.transcript.close('closed');
    await this.#channel.close();
  }

  /** Drops the connection at once. */
  abort(end: SessionEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.transcript.close(end);
    this.#channel.destroy();
  }

  /** Ends the session for this reason. */
  problem(reason: string, end: SessionEnd = 'lost'): ImapProblem {
    if (!this.#isOver) this.transcript.note(reason);
    this.abort(end);
    return new ImapProblem(reason);
  }

  /** A response, or what is left of it: with its literals, up to its end or to a body. */
  async #readText(timeoutMs: number): Promise<string> {
    let text = '';
    for (let literals = 0; ; literals++) {
      text += await this.#readLine(timeoutMs);
      const announcement = readLiteralAnnouncement(text);
      if (announcement === null || BODY_FOLLOWS.test(text)) return text;
      if (announcement.octets > MAX_LITERAL_OCTETS || literals >= MAX_LITERALS)
        throw this.problem('The server sent more than was asked for');
      text += `\r\n${await this.#readLiteral(announcement.octets, timeoutMs)}`;
    }
  }

  async #readLine(timeoutMs: number): Promise<string> {
    const read = await this.#channel.readLine(MAX_LINE_OCTETS, timeoutMs);
    if (read.kind === 'line') {
      this.transcript.server(read.text);
      return read.text;
    }
    if (read.kind === 'tooLong') throw this.problem('The server sent a line without end');
    throw this.#stopped(read.kind);
  }

  async #readLiteral(octets: number, timeoutMs: number): Promise<string> {
    const literal = await this.#readOctets(octets, timeoutMs);
    return Buffer.from(literal).toString('latin1');
  }

  async #readOctets(count: number, timeoutMs: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const stop = await this.#channel.readOctets(count, timeoutMs, (piece) => void pieces.push(piece));
    if (stop !== null) throw this.#stopped(stop);
    return Buffer.concat(pieces);
  }

  #stopped(kind: 'end' | 'timeout' | 'interrupted'): ImapProblem {
    return kind === 'timeout'
      ? this.problem('The server did not answer in time', 'timeout')
      : this.problem('The server closed the connection');
  }
}
