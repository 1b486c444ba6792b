/**
 * Body hash: what DKIM and ARC sign of a body, made while the body passes.
 *
 * RFC 6376 §3.4.3, §3.4.4, §3.4.5 (l=). Invariants: one pass makes the hashes of all lengths; memory does not depend on the body; any split of it into chunks gives the
 * same hash; empty lines at the end are counted, not kept.
 */
import { createHash, type Hash } from 'node:crypto';
import type { Canonicalization } from './canonical-header.ts';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const BUFFER_OCTETS = 16 * 1024;

/** The length that a signature without l= means. */
export const WHOLE_BODY = Number.POSITIVE_INFINITY;

export interface BodyHashes {
  /** base64, by how many octets of the canonical body are signed. */
  readonly hashes: ReadonlyMap<number, string>;
  /** Octets of the whole canonical body. */
  readonly canonicalOctets: number;
}

export class BodyHash {
  readonly #isRelaxed: boolean;
  /** Lengths that have not been reached, the longest first. */
  readonly #lengths: number[];
  readonly #hashes = new Map<number, string>();
  readonly #hash: Hash = createHash('sha256');
  readonly #out = new Uint8Array(BUFFER_OCTETS);
  #outLength = 0;
  #total = 0;
  #nextLength: number;
  /** Line ends that are content only if something follows them. */
  #heldBreaks = 0;
  #isCrHeld = false;
  #isSpaceHeld = false;

  /** `lengths`: how many octets of the canonical body the signatures cover, each once. */
  constructor(canonicalization: Canonicalization, lengths: readonly number[] = [WHOLE_BODY]) {
    this.#isRelaxed = canonicalization === 'relaxed';
    this.#lengths = lengths.toSorted((one, other) => other - one);
    this.#nextLength = this.#lengths.at(-1) ?? WHOLE_BODY;
  }

  write(chunk: Uint8Array): void {
    for (const octet of chunk) {
      if (octet === LF && this.#isCrHeld) this.#endLine();
      else if (octet === CR) this.#holdCr();
      else if (this.#isRelaxed && (octet === SPACE || octet === TAB)) this.#holdSpace();
      else this.#putContent(octet);
    }
  }

  end(): BodyHashes {
    if (this.#isCrHeld) this.#releaseCr();
    // §3.4.3: a body always ends with one CRLF; §3.4.4: an empty one stays empty.
    if (!this.#isRelaxed || this.#total > 0) this.#putBreak();
    while (this.#lengths.length > 0) this.#keepHash();
    return { hashes: this.#hashes, canonicalOctets: this.#total };
  }

  #endLine(): void {
    this.#isCrHeld = false;
    this.#isSpaceHeld = false;
    this.#heldBreaks++;
  }

  #holdCr(): void {
    if (this.#isCrHeld) this.#releaseCr();
    this.#isCrHeld = true;
  }

  #holdSpace(): void {
    if (this.#isCrHeld) this.#releaseCr();
    this.#isSpaceHeld = true;
  }

  /** It was no line end. */
  #releaseCr(): void {
    this.#isCrHeld = false;
    this.#putContent(CR);
  }

  #putContent(octet: number): void {
    if (this.#isCrHeld) this.#releaseCr();
    for (; this.#heldBreaks > 0; this.#heldBreaks--) this.#putBreak();
    if (this.#isSpaceHeld) this.#put(SPACE);
    this.#isSpaceHeld = false;
    this.#put(octet);
  }

  #putBreak(): void {
    this.#put(CR);
    this.#put(LF);
  }

  #put(octet: number): void {
    if (this.#total === this.#nextLength) this.#keepHash();
    this.#total++;
    if (this.#outLength === BUFFER_OCTETS) this.#flush();
    this.#out[this.#outLength++] = octet;
  }

  /** The hash of what there is so far is that of the next length, or of a body that is shorter. */
  #keepHash(): void {
    this.#flush();
    this.#hashes.set(this.#lengths.pop() ?? WHOLE_BODY, this.#hash.copy().digest('base64'));
    this.#nextLength = this.#lengths.at(-1) ?? WHOLE_BODY;
  }

  #flush(): void {
    this.#hash.update(this.#out.subarray(0, this.#outLength));
    this.#outLength = 0;
  }
}
