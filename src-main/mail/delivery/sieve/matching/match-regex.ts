/**
 * `:regex`: finds a pattern in a text (draft-ietf-sieve-regex), the leftmost match and of those the longest, as POSIX says.
 *
 * Flow: header, address, body tests → here. Invariants: all ways through the pattern are followed at once, each character is
 * looked at once per instruction, so time is the product of text and pattern, never exponential; and it is paid for.
 */
import type { Comparator } from './comparator.ts';
import type { Instruction, RegexProgram } from './regex-program.ts';
import type { CharacterSet } from './regex-tree.ts';

/** One way through the program: where it is and what it has saved. */
interface Thread {
  readonly at: number;
  readonly saved: readonly (number | undefined)[];
}

export interface RegexOptions {
  readonly comparator: Comparator;
  /** Asked to pay for each step. */
  spend(steps: number): void;
}

/** The whole match and then each group, empty where it took no part; null where nothing matches. */
export function matchRegex(
  program: RegexProgram,
  text: string,
  options: RegexOptions,
): readonly string[] | null {
  const characters = [...text];
  const saved = new RegexMachine(program, characters, options).run();
  if (saved === null) return null;
  return Array.from({ length: program.groups + 1 }, (_, group) => {
    const [start, end] = [saved[group * 2], saved[group * 2 + 1]];
    return start === undefined || end === undefined ? '' : characters.slice(start, end).join('');
  });
}

class RegexMachine {
  readonly #instructions: readonly Instruction[];
  readonly #characters: readonly string[];
  readonly #options: RegexOptions;
  /** Where each instruction was last entered, so that no way is followed twice. */
  readonly #enteredAt: Int32Array;
  #threads: Thread[] = [];
  #best: readonly (number | undefined)[] | null = null;

  constructor(program: RegexProgram, characters: readonly string[], options: RegexOptions) {
    this.#instructions = program.instructions;
    this.#characters = characters;
    this.#options = options;
    this.#enteredAt = new Int32Array(program.instructions.length).fill(-1);
  }

  run(): readonly (number | undefined)[] | null {
    for (let at = 0; at <= this.#characters.length; at++) {
      if (this.#best === null) this.#enter({ at: 0, saved: [] }, at);
      if (this.#best !== null && this.#threads.length === 0) break;
      this.#step(at);
    }
    return this.#best;
  }

  /** Lets every way take the character at `at`. */
  #step(at: number): void {
    const threads = this.#threads;
    this.#threads = [];
    this.#options.spend(threads.length);
    const character = this.#characters[at];
    if (character === undefined) return;
    for (const thread of threads) {
      const instruction = this.#instructions[thread.at];
      if (instruction !== undefined && this.#accepts(instruction, character)) {
        this.#enter({ at: thread.at + 1, saved: thread.saved }, at + 1);
      }
    }
  }

  /** Follows a way until it wants a character. Depth first, so that preferred ways come first. */
  #enter(start: Thread, at: number): void {
    const pending = [start];
    for (let thread = pending.pop(); thread !== undefined; thread = pending.pop()) {
      if (this.#enteredAt[thread.at] === at) continue;
      this.#enteredAt[thread.at] = at;
      this.#options.spend(1);
      const instruction = this.#instructions[thread.at];
      if (instruction !== undefined) this.#follow(instruction, { thread, at, pending });
    }
  }

  #follow(instruction: Instruction, way: { thread: Thread; at: number; pending: Thread[] }): void {
    const { thread, at, pending } = way;
    switch (instruction.op) {
      case 'jump':
        pending.push({ at: instruction.to, saved: thread.saved });
        return;
      case 'split':
        pending.push({ at: instruction.second, saved: thread.saved });
        pending.push({ at: instruction.first, saved: thread.saved });
        return;
      case 'save':
        pending.push({ at: thread.at + 1, saved: withSlot(thread.saved, instruction.slot, at) });
        return;
      case 'start':
        if (at === 0) pending.push({ at: thread.at + 1, saved: thread.saved });
        return;
      case 'end':
        if (at === this.#characters.length) pending.push({ at: thread.at + 1, saved: thread.saved });
        return;
      case 'match':
        this.#keep(thread.saved);
        return;
      default:
        this.#threads.push(thread);
    }
  }

  /** The leftmost, then the longest; of those that are the same the preferred one, which came first. */
  #keep(saved: readonly (number | undefined)[]): void {
    const best = this.#best;
    const [start = 0, end = 0] = saved;
    const [bestStart = 0, bestEnd = 0] = best ?? [];
    if (best === null || start < bestStart || (start === bestStart && end > bestEnd)) this.#best = saved;
  }

  #accepts(instruction: Instruction, character: string): boolean {
    switch (instruction.op) {
      case 'any':
        return true;
      case 'character':
        return instruction.folded === this.#options.comparator.foldCharacter(character);
      case 'set':
        return this.#isInSet(instruction.set, character);
      default:
        return false;
    }
  }

  #isInSet(set: CharacterSet, character: string): boolean {
    const isIgnoringCase = this.#options.comparator.name !== 'i;octet';
    const spellings = isIgnoringCase
      ? [character, character.toUpperCase(), character.toLowerCase()]
      : [character];
    const isIn = spellings.some((spelling) => {
      const code = spelling.codePointAt(0) ?? 0;
      return set.ranges.some(([first, last]) => code >= first && code <= last);
    });
    return isIn !== set.isNegated;
  }
}

function withSlot(
  saved: readonly (number | undefined)[],
  slot: number,
  at: number,
): readonly (number | undefined)[] {
  const copy = saved.slice();
  copy[slot] = at;
  return copy;
}
