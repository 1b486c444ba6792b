/**
 * QuotedPrintableEncoder: makes any lines fit for a way that takes seven bits only.
 *
 * RFC 2045 §6.7. Invariants: every line that comes out has at most 76 octets and no white space at its end; CRLF stays CRLF; how
 * the octets are cut into chunks never changes the result.
 */
const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const EQUALS = 0x3d;
/** The `=` of a soft line break counts. */
const MAX_LINE_OCTETS = 76;
/** The most that one octet becomes: a soft line break and `=XX`. */
const MAX_GROWTH = 6;

const HEX = [...'0123456789ABCDEF'].map((digit) => digit.charCodeAt(0));

export class QuotedPrintableEncoder {
  #column = 0;
  /** White space or CR that was read and not written: what follows decides how. */
  #held: number | null = null;
  #out = new Uint8Array(0);
  #length = 0;

  push(chunk: Uint8Array): Uint8Array {
    this.#open(chunk.length + 1);
    for (const octet of chunk) this.#take(octet);
    return this.#out.subarray(0, this.#length);
  }

  /** What is left at the end. */
  end(): Uint8Array {
    this.#open(1);
    if (this.#held !== null) this.#escape(this.#held);
    this.#held = null;
    return this.#out.subarray(0, this.#length);
  }

  #open(octets: number): void {
    this.#out = new Uint8Array(octets * MAX_GROWTH);
    this.#length = 0;
  }

  #take(octet: number): void {
    const held = this.#held;
    this.#held = null;
    if (held === CR && octet === LF) return this.#endLine();
    // White space stays as it is only where something follows on its line (§6.7 rule 3).
    if (held === CR) this.#escape(CR);
    else if (held !== null && octet === CR) this.#escape(held);
    else if (held !== null) this.#plain(held);
    if (octet === CR || octet === SPACE || octet === TAB) this.#held = octet;
    else if (octet > SPACE && octet < 0x7f && octet !== EQUALS) this.#plain(octet);
    else this.#escape(octet);
  }

  #endLine(): void {
    this.#write(CR, LF);
    this.#column = 0;
  }

  #plain(octet: number): void {
    this.#makeRoom(1);
    this.#write(octet);
    this.#column++;
  }

  #escape(octet: number): void {
    this.#makeRoom(3);
    this.#write(EQUALS, HEX[octet >> 4] ?? 0, HEX[octet & 15] ?? 0);
    this.#column += 3;
  }

  #makeRoom(octets: number): void {
    if (this.#column + octets < MAX_LINE_OCTETS) return;
    this.#write(EQUALS, CR, LF);
    this.#column = 0;
  }

  #write(...octets: readonly number[]): void {
    this.#out.set(octets, this.#length);
    this.#length += octets.length;
  }
}
