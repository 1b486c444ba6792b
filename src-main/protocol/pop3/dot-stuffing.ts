/**
 * Dot-stuffing: message octets as the lines of a multi-line response (RFC 1939 §3).
 *
 * Invariants: what comes out ends in CRLF and never holds a line that is only a dot; line ends are CRLF even where the
 * message has bare LFs, since a client that takes them for line ends could otherwise see the end of the response early.
 * Octets that need no change are passed on without a copy.
 */
const LF = 0x0a;
const CR = 0x0d;
const DOT = Buffer.from('.');
const CRLF = Buffer.from('\r\n');

export class DotStuffer {
  #lastByte = LF;
  readonly #maxLines: number;
  #lines = 0;

  /** Passes at most `maxLines` lines on. */
  constructor(maxLines = Number.POSITIVE_INFINITY) {
    this.#maxLines = maxLines;
  }

  /** Whether the last line allowed has passed. */
  get isDone(): boolean {
    return this.#lines >= this.#maxLines;
  }

  /** The pieces that stand for `chunk`. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    while (start < chunk.length && !this.isDone) {
      if (this.#lastByte === LF && chunk[start] === DOT[0]) yield DOT;
      const lineFeed = chunk.indexOf(LF, start);
      const end = lineFeed < 0 ? chunk.length : lineFeed + 1;
      const before = lineFeed > start ? chunk[lineFeed - 1] : this.#lastByte;
      if (lineFeed >= 0 && before !== CR) {
        yield chunk.subarray(start, lineFeed);
        yield CRLF;
      } else {
        yield chunk.subarray(start, end);
      }
      if (lineFeed >= 0) this.#lines++;
      this.#lastByte = chunk[end - 1] ?? this.#lastByte;
      start = end;
    }
  }

  /** The line end that the last line may lack. */
  *end(): Generator<Uint8Array> {
    if (this.#lastByte === LF) return;
    // A CR at the very end waits for its LF.
    yield this.#lastByte === CR ? CRLF.subarray(1) : CRLF;
    this.#lastByte = LF;
  }
}
