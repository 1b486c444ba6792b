/**
 * ChunkScanner: counts the octets that follow BDAT, and watches their line ends.
 *
 * RFC 3030 §2 (chunks are counted, not dot-stuffed), RFC 5321 §2.3.8 (only CRLF ends a line: BINARYMIME is not offered, so
 * the rule of DATA applies; a later hop that speaks DATA must not find anything smuggled in the content).
 * Invariants: how the octets are cut into BDAT chunks and packets never changes the result; octets are counted whatever they are.
 */
import type { LineEndProblem, ScannedChunk } from './data-scanner.ts';

const CR = 0x0d;
const LF = 0x0a;

const CRLF_OCTETS = Buffer.from('\r\n');
const NOTHING = Buffer.alloc(0);

export class ChunkScanner {
  #left = 0;
  #line = 1;
  #isLineStart = true;
  #hasOpenCr = false;
  #lineEndProblem: LineEndProblem | null = null;

  /** The first bare CR or bare LF, or null. */
  get lineEndProblem(): LineEndProblem | null {
    return this.#lineEndProblem;
  }

  /** A BDAT command announced so many octets. */
  expect(octets: number): void {
    this.#left = octets;
  }

  scan(chunk: Uint8Array, start = 0): ScannedChunk {
    const end = Math.min(chunk.length, start + this.#left);
    this.#left -= end - start;
    const piece = chunk.subarray(start, end);
    if (piece.length > 0) this.#watch(piece);
    return { pieces: piece.length === 0 ? [] : [piece], end: this.#left === 0 ? end : -1 };
  }

  /** The content is complete: the line end that its last line may lack, so that stored content is as DATA would have left it. */
  complete(): Uint8Array {
    if (this.#hasOpenCr) this.#taint('bareCr');
    return this.#isLineStart ? NOTHING : CRLF_OCTETS;
  }

  /** Goes from line end to line end. Once tainted the content is refused, whatever else is in it. */
  #watch(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && this.#lineEndProblem === null) {
      if (this.#hasOpenCr) {
        if (piece[at] !== LF) return this.#taint('bareCr');
        at++;
        this.#endLine();
        continue;
      }
      const next = findLineEnd(piece, at);
      this.#isLineStart = next === at && this.#isLineStart;
      if (next === piece.length) this.#isLineStart = false;
      else if (piece[next] === LF) return this.#taint('bareLf');
      else this.#hasOpenCr = true;
      at = next + 1;
    }
  }

  #endLine(): void {
    this.#hasOpenCr = false;
    this.#isLineStart = true;
    this.#line++;
  }

  #taint(kind: LineEndProblem['kind']): void {
    this.#lineEndProblem ??= { kind, line: this.#line };
  }
}

/** The next CR or LF, or the length. */
function findLineEnd(piece: Uint8Array, start: number): number {
  let i = start;
  for (; i < piece.length; i++) {
    const octet = piece[i];
    if (octet === LF || octet === CR) break;
  }
  return i;
}
