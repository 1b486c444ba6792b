/**
 * DataScanner: finds the end of the content that follows DATA, undoes dot-stuffing, and watches the line ends.
 *
 * RFC 5321 §4.5.2 (transparency), §2.3.8 and §4.1.1.4 (only CRLF ends a line, only CRLF.CRLF ends the content).
 * Invariants: how the octets are cut into chunks never changes the result. After a bare CR or LF the content is tainted,
 * but where it ends stays the same: nothing that a lenient relay took for `.` on a line of its own can end it here
 * (SMTP smuggling, VU#302671).
 */
const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

const NOTHING = Buffer.alloc(0);

/** What was read last. */
type State = 'lineStart' | 'dot' | 'dotCr' | 'inLine' | 'cr';

export interface LineEndProblem {
  readonly kind: 'bareCr' | 'bareLf';
  /** 1-based line of the content. */
  readonly line: number;
}

export interface ScannedChunk {
  /** Content of this chunk, in order; often one piece that shares the chunk's memory. */
  readonly pieces: readonly Uint8Array[];
  /** First octet after the end of the content, or -1 where it goes on. */
  readonly end: number;
}

export class DataScanner {
  #state: State = 'lineStart';
  #line = 1;
  #lineEndProblem: LineEndProblem | null = null;

  /** The first bare CR or bare LF, or null. */
  get lineEndProblem(): LineEndProblem | null {
    return this.#lineEndProblem;
  }

  /** The line with the single dot ends the line before it: nothing is missing. */
  complete(): Uint8Array {
    return NOTHING;
  }

  /** Reads on at `start`. */
  scan(chunk: Uint8Array, start = 0): ScannedChunk {
    const pieces: Uint8Array[] = [];
    let from = start;
    for (let i = start; i < chunk.length; i++) {
      if (this.#state === 'inLine') i = skipToLineEnd(chunk, i);
      const before = this.#state;
      this.#state = this.#next(chunk[i]);
      if (this.#state === 'dot' || before === 'dot' || before === 'dotCr') {
        // A line's first dot never is content, nor is the CR that may follow it.
        if (i > from) pieces.push(chunk.subarray(from, i));
        from = this.#state === 'dot' || this.#state === 'dotCr' ? i + 1 : i;
      }
      if (before === 'dotCr' && this.#state === 'lineStart') return { pieces, end: i + 1 };
    }
    if (chunk.length > from) pieces.push(chunk.subarray(from));
    return { pieces, end: -1 };
  }

  #next(octet: number | undefined): State {
    if (octet === undefined) return this.#state;
    const afterCr = this.#state === 'cr' || this.#state === 'dotCr';
    if (octet === LF) {
      if (!afterCr) return this.#taint('bareLf', 'inLine');
      this.#line++;
      return 'lineStart';
    }
    if (afterCr) this.#taint('bareCr', 'inLine');
    if (octet === CR) return this.#state === 'dot' ? 'dotCr' : 'cr';
    return octet === DOT && this.#state === 'lineStart' ? 'dot' : 'inLine';
  }

  #taint(kind: LineEndProblem['kind'], state: State): State {
    this.#lineEndProblem ??= { kind, line: this.#line };
    return state;
  }
}

function skipToLineEnd(chunk: Uint8Array, start: number): number {
  let i = start;
  for (; i < chunk.length; i++) {
    const octet = chunk[i];
    if (octet === LF || octet === CR) break;
  }
  return i;
}
