/**
 * Response buffer: responses in ASCII, written as octets: a list of 100,000 messages makes no strings.
 *
 * Invariants: what is written is ASCII; the octets that were taken belong to the taker.
 */
const FIRST_CAPACITY = 64 * 1024;
const ZERO = 0x30;

export class ResponseBuffer {
  #octets = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #length = 0;

  /** Where the next octet goes; rewind() goes back here. */
  get length(): number {
    return this.#length;
  }

  rewind(length: number): void {
    this.#length = length;
  }

  text(ascii: string): void {
    this.#reserve(ascii.length);
    this.#length += this.#octets.write(ascii, this.#length, 'latin1');
  }

  /** A whole number that is not negative. */
  number(value: number): void {
    let digits = 1;
    for (let limit = 10; limit <= value; limit *= 10) digits++;
    this.#reserve(digits);
    let rest = value;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const next = Math.floor(rest / 10);
      this.#octets[at] = ZERO + (rest - next * 10);
      rest = next;
    }
    this.#length += digits;
  }

  /** All that was written since the last time. */
  take(): Uint8Array {
    const taken = this.#octets.subarray(0, this.#length);
    this.#octets = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
    this.#length = 0;
    return taken;
  }

  #reserve(octets: number): void {
    const needed = this.#length + octets;
    if (needed <= this.#octets.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#octets.length * 2));
    this.#octets.copy(larger, 0, 0, this.#length);
    this.#octets = larger;
  }
}
