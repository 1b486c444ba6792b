/**
 * DotStuffer: makes content fit to follow DATA.
 *
 * RFC 5321 §4.5.2 (transparency), §2.3.8 (a client never sends a bare CR or LF). The counterpart of the server's DataScanner.
 * Invariants: what comes out holds no line that is a single dot, ends every line with CRLF, and is the same however the
 * content was cut into chunks; content that is in order already is passed on without a copy.
 */
const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

const CR_OCTET = Uint8Array.of(CR);
const LF_OCTET = Uint8Array.of(LF);
const DOT_OCTET = Uint8Array.of(DOT);

export class DotStuffer {
  #isLineStart = true;
  #hasOpenCr = false;

  /** What to send for the next piece of content. */
  push(chunk: Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = [];
    let from = 0;
    const insert = (at: number, octet: Uint8Array): void => {
      pieces.push(chunk.subarray(from, at), octet);
      from = at;
    };
    for (let i = 0; i < chunk.length; i++) {
      const missing = this.#missingBefore(chunk[i]);
      for (const octet of missing) insert(i, octet);
      if (!this.#isLineStart && !this.#hasOpenCr) i = beforeLineEnd(chunk, i);
    }
    if (pieces.length === 0) return chunk;
    pieces.push(chunk.subarray(from));
    return Buffer.concat(pieces);
  }

  /** What ends the content: the line end that the last line may lack, and the line with the single dot. */
  end(): Uint8Array {
    const lineEnd = this.#hasOpenCr ? '\n' : this.#isLineStart ? '' : '\r\n';
    return Buffer.from(`${lineEnd}.\r\n`);
  }

  /** Octets that must stand before this one, which is then taken as sent. */
  #missingBefore(octet: number | undefined): readonly Uint8Array[] {
    const missing: Uint8Array[] = [];
    if (this.#hasOpenCr) {
      this.#hasOpenCr = false;
      this.#isLineStart = true;
      if (octet === LF) return missing;
      missing.push(LF_OCTET);
    }
    if (octet === LF) {
      missing.push(CR_OCTET);
      this.#isLineStart = true;
      return missing;
    }
    if (octet === DOT && this.#isLineStart) missing.push(DOT_OCTET);
    this.#isLineStart = false;
    this.#hasOpenCr = octet === CR;
    return missing;
  }
}

/** Whether no CR or LF stands alone (RFC 5321 §2.3.8), so that the content may be sent as it is. */
export function hasOnlyCrlf(content: Uint8Array): boolean {
  for (let i = 0; i < content.length; i++) {
    const octet = content[i];
    if (octet === LF || (octet === CR && content[i + 1] !== LF)) return false;
    if (octet === CR) i++;
  }
  return true;
}

/** The last octet before the next CR or LF. */
function beforeLineEnd(chunk: Uint8Array, start: number): number {
  let i = start;
  while (i + 1 < chunk.length && chunk[i + 1] !== LF && chunk[i + 1] !== CR) i++;
  return i;
}
