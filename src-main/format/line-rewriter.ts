/**
 * LineRewriter: octets that pass through with other line ends, and with the starts of lines changed.
 *
 * Flow: import and export between the store's CRLF and files with LF, with or without mbox quoting.
 * Invariants: works on any split of the octets into chunks with the same result; holds back at most a short line start. A
 * lone CR is content and stays.
 */

/** How a line's start changes: so many octets fall away, these come instead. */
export interface LineStart {
  readonly skip: number;
  readonly insert: Uint8Array;
}

export interface LineRewriterOptions {
  readonly lineEnd: 'lf' | 'crlf';
  /** Looks at a line's first octets (at most LINE_START_OCTETS, without its end); null: as it is. */
  readonly startOf?: (line: Uint8Array) => LineStart | null;
}

/** Enough for every `>>>From ` that anybody has seen. */
export const LINE_START_OCTETS = 256;

const LF = 0x0a;
const CR = 0x0d;
const NOTHING = new Uint8Array(0);

export class LineRewriter {
  readonly #isCrlf: boolean;
  readonly #startOf: (line: Uint8Array) => LineStart | null;
  #held: Uint8Array = NOTHING;
  #isMidLine = false;

  constructor({ lineEnd, startOf = () => null }: LineRewriterOptions) {
    this.#isCrlf = lineEnd === 'crlf';
    this.#startOf = startOf;
  }

  /** What leaves for these octets; some may wait for the next ones. */
  push(chunk: Uint8Array): Uint8Array {
    const octets = join(this.#held, chunk);
    this.#held = NOTHING;
    return this.#rewrite(octets, false);
  }

  /** What was held back. */
  end(): Uint8Array {
    const octets = this.#held;
    this.#held = NOTHING;
    return this.#rewrite(octets, true);
  }

  #rewrite(octets: Uint8Array, isLast: boolean): Uint8Array {
    const out = new Output(octets.length);
    let at = 0;
    while (at < octets.length) {
      const lineFeed = octets.indexOf(LF, at);
      if (lineFeed < 0) {
        this.#rewriteRest(out, octets.subarray(at), isLast);
        break;
      }
      const end = lineFeed > at && octets[lineFeed - 1] === CR ? lineFeed - 1 : lineFeed;
      this.#writeLine(out, octets.subarray(at, end));
      if (this.#isCrlf) out.writeByte(CR);
      out.writeByte(LF);
      this.#isMidLine = false;
      at = lineFeed + 1;
    }
    return out.octets;
  }

  /** A line whose end is not there yet. */
  #rewriteRest(out: Output, rest: Uint8Array, isLast: boolean): void {
    if (!isLast && !this.#isMidLine && rest.length < LINE_START_OCTETS)
      return void (this.#held = rest.slice());
    // A CR may be the first half of a line end.
    const isSplit = !isLast && rest[rest.length - 1] === CR;
    const body = isSplit ? rest.subarray(0, -1) : rest;
    this.#writeLine(out, body);
    this.#isMidLine = true;
    if (isSplit) this.#held = rest.slice(-1);
  }

  #writeLine(out: Output, line: Uint8Array): void {
    const start = this.#isMidLine ? null : this.#startOf(line.subarray(0, LINE_START_OCTETS));
    if (start === null) return out.write(line);
    out.write(start.insert);
    out.write(line.subarray(start.skip));
  }
}

/** Octets that grow at the end. */
class Output {
  #buffer: Uint8Array;
  #length = 0;

  constructor(likelyLength: number) {
    this.#buffer = new Uint8Array(likelyLength + (likelyLength >> 4) + 64);
  }

  get octets(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  writeByte(octet: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = octet;
  }

  write(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#buffer.set(octets, this.#length);
    this.#length += octets.length;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const larger = new Uint8Array((this.#length + count) * 2);
    larger.set(this.octets);
    this.#buffer = larger;
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
