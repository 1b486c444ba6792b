/**
 * Trace block: which runs of characters occur in what is known of each of 8,192 messages, as bits.
 *
 * A run's hash names three slices of bits, one bit for each message: a word can only be in a message whose bits are set in the slices
 * of all its runs. A search reads some slices of a block, one after the other, and stops where no message is left.
 * Runs are three characters within a word; two at a word's beginning; one and two of Chinese, Japanese and Korean, whose words are short.
 * Invariants: no false "not there"; a false "may be there" costs a look at that message (about one of a thousand for a word of
 * three letters, far fewer for longer ones).
 */

/** Messages in a block, as a power of two. */
const BLOCK_BITS = 13;
export const BLOCK_MESSAGES = 1 << BLOCK_BITS;
export const SLICE_OCTETS = BLOCK_MESSAGES / 8;
/** What is known of a message sets about an eighth of them. */
const SLICE_BITS = 12;
export const SLICES = 1 << SLICE_BITS;
/** Runs of a word that are looked up, from all over it; more say little more. */
const MOST_LOOKED_UP = 8;

const SPACE = 0x20;
/** What kind of run it is: the same characters are another run where they begin a word. */
const SEEDS = { three: 0, begin: 0x3_0000, ideographs: 0x5_0000 } as const;

export function blockOf(number: number): number {
  return Math.floor(number / BLOCK_MESSAGES);
}

export class TraceBlock {
  readonly id: number;
  readonly bits = new Uint8Array(SLICES * SLICE_OCTETS);
  /** Positions below this one are in the bits. */
  upTo = 0;

  constructor(id: number) {
    this.id = id;
  }

  get isFull(): boolean {
    return this.upTo >= BLOCK_MESSAGES;
  }

  /** The texts of a position; positions must rise. */
  add(position: number, text: string): void {
    const octet = position >> 3;
    const bit = 1 << (position & 7);
    const { bits } = this;
    visitRuns(text, (slice) => {
      const at = slice * SLICE_OCTETS + octet;
      bits[at] = (bits[at] ?? 0) | bit;
    });
    this.upTo = position + 1;
  }

  slice(slice: number): Uint8Array {
    return this.bits.subarray(slice * SLICE_OCTETS, (slice + 1) * SLICE_OCTETS);
  }
}

/** The slices that messages with the word have their bits in; none where the word is too short to tell. */
export function slicesOf(word: string): readonly number[] {
  const starts = spread(word.length - 2);
  const slices = new Set<number>();
  const visit = (slice: number): void => void slices.add(slice);
  for (const at of starts)
    visitSlices(
      hash(SEEDS.three, word.charCodeAt(at), word.charCodeAt(at + 1), word.charCodeAt(at + 2)),
      visit,
    );
  if (starts.length > 0) return [...slices];
  const [first, second] = [word.charCodeAt(0), word.charCodeAt(1)];
  const hasSecond = word.length === 2;
  if (isIdeograph(first) && (!hasSecond || isIdeograph(second)))
    visitSlices(hash(SEEDS.ideographs, first, hasSecond ? second : 0, 0), visit);
  else if (hasSecond && isLetter(first)) visitSlices(hash(SEEDS.begin, first, second, 0), visit);
  return [...slices];
}

/** At most MOST_LOOKED_UP of the places 0 to `count - 1`, evenly. */
function spread(count: number): readonly number[] {
  const length = Math.min(Math.max(count, 0), MOST_LOOKED_UP);
  return Array.from({ length }, (_, at) => Math.floor((at * count) / length));
}

/** Calls with every slice of every run of a text. */
function visitRuns(text: string, visit: (slice: number) => void): void {
  let first = SPACE;
  let second = SPACE;
  for (let at = 0; at < text.length; at++) {
    const third = text.charCodeAt(at);
    if (third > SPACE) {
      if (first > SPACE && second > SPACE) visitSlices(hash(SEEDS.three, first, second, third), visit);
      if (second > SPACE && !isLetter(first) && isLetter(second))
        visitSlices(hash(SEEDS.begin, second, third, 0), visit);
      if (isIdeograph(third)) {
        visitSlices(hash(SEEDS.ideographs, third, 0, 0), visit);
        if (isIdeograph(second)) visitSlices(hash(SEEDS.ideographs, second, third, 0), visit);
      }
    }
    first = second;
    second = third;
  }
}

/** Three slices from one hash. */
function visitSlices(hashed: number, visit: (slice: number) => void): void {
  visit(hashed & (SLICES - 1));
  visit((hashed >>> SLICE_BITS) & (SLICES - 1));
  visit((Math.imul(hashed, 0x9e37_79b1) >>> 9) & (SLICES - 1));
}

function hash(seed: number, ...[first, second, third]: readonly [number, number, number]): number {
  let mixed = Math.imul(seed + first, 0x9e37_79b1) ^ Math.imul(second + 1, 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ (third + 1), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 13);
}

/** Letters and digits; all that is not ASCII counts as a letter. */
function isLetter(code: number): boolean {
  return code > 0x7f || (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a);
}

/** Kana, Bopomofo, Hangul, CJK ideographs, also those that are written as two code units. */
function isIdeograph(code: number): boolean {
  return (
    (code >= 0x3040 && code <= 0x318f) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xac00 && code <= 0xdfff) ||
    (code >= 0xf900 && code <= 0xfaff)
  );
}
