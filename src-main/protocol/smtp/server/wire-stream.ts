/**
 * WireStream: what the client sends, cut into command lines and content.
 *
 * Stands in for the library's parser: scans content with our DataScanner, tells a line ended by a bare LF, bounds every line,
 * says when everything received so far was dealt with (so that replies leave in one write), and never runs a last line that
 * has no line end. Invariants: one line is handled at a time, in order; nothing is read while a handler or sink is busy.
 */
import { SMTPStream } from 'smtp-server/lib/smtp-stream';
import type { ContentIntake, ContentTurn } from './content-intake.ts';
import { MAX_AUTH_LINE_OCTETS } from './limits.ts';

const CR = 0x0d;
const LF = 0x0a;

export interface CommandLine {
  /** Without its line end. */
  readonly octets: Buffer;
  readonly ending: 'crlf' | 'bareLf';
}

export interface WireHandler {
  onLine(line: CommandLine): Promise<void> | undefined;
  /** A line grew beyond every limit; nothing more is read. */
  onEndlessLine(): void;
  onContentProgress(intake: ContentIntake, octets: Uint8Array): void;
  onContentEnd(turn: ContentTurn): Promise<void>;
  /** Everything received so far was handled. */
  onDrained(): Promise<void> | undefined;
  onError(error: unknown): void;
}

export class WireStream extends SMTPStream {
  readonly #handler: WireHandler;
  #lineStart: Buffer = Buffer.alloc(0);
  #turn: ContentTurn | undefined;

  constructor(handler: WireHandler) {
    super();
    this.#handler = handler;
  }

  /** What comes next is content. */
  startContent(turn: ContentTurn): void {
    this.#turn = turn;
  }

  /** The content that is being received, if any. */
  get intake(): ContentIntake | undefined {
    return this.#turn?.intake;
  }

  override _write(
    chunk: Buffer,
    _encoding: BufferEncoding | 'buffer',
    next: (error?: Error | null) => void,
  ): void {
    this.#read(chunk).then(
      () => next(),
      (error: unknown) => {
        this.isClosed = true;
        this.#handler.onError(error);
        next();
      },
    );
  }

  // RFC 5321 §4.1.1: a command ends with CRLF; what a client left unfinished when it went away is not run.
  override _flushData(): void {
    this.#lineStart = Buffer.alloc(0);
  }

  async #read(chunk: Buffer): Promise<void> {
    let at = 0;
    while (at < chunk.length && !this.isClosed) {
      at = this.#turn === undefined ? await this.#readLine(chunk, at) : await this.#readContent(chunk, at);
    }
    if (!this.isClosed) await this.#handler.onDrained();
  }

  async #readLine(chunk: Buffer, start: number): Promise<number> {
    const lineFeed = chunk.indexOf(LF, start);
    const end = lineFeed === -1 ? chunk.length : lineFeed + 1;
    const line = this.#join(chunk.subarray(start, end));
    if (line.length > MAX_AUTH_LINE_OCTETS) {
      this.#handler.onEndlessLine();
      return end;
    }
    if (lineFeed === -1) {
      this.#lineStart = line;
      return end;
    }
    const handled = this.#handler.onLine(withoutLineEnd(line));
    if (handled !== undefined) await handled;
    return end;
  }

  #join(piece: Buffer): Buffer {
    if (this.#lineStart.length === 0) return piece;
    const line = Buffer.concat([this.#lineStart, piece]);
    this.#lineStart = Buffer.alloc(0);
    return line;
  }

  async #readContent(chunk: Buffer, start: number): Promise<number> {
    const turn = this.#turn;
    if (turn === undefined) return start;
    const { intake } = turn;
    const { end, ready } = intake.write(chunk, start);
    this.#handler.onContentProgress(intake, chunk.subarray(start, end === -1 ? chunk.length : end));
    if (ready !== undefined) await ready;
    if (end === -1) return chunk.length;
    this.#turn = undefined;
    await this.#handler.onContentEnd(turn);
    return end;
  }
}

function withoutLineEnd(line: Buffer): CommandLine {
  const end = line.length - 1;
  return line[end - 1] === CR
    ? { octets: line.subarray(0, end - 1), ending: 'crlf' }
    : { octets: line.subarray(0, end), ending: 'bareLf' };
}
