/**
 * Content files that nothing names any more: deleted after their commit, or held for as long as a backup may need them.
 *
 * Invariants: a file that was named when hold() was answered is there until letGo(). A program that ends before leaves files that nothing
 * names, which the next start removes.
 */
export class ReleasedFiles {
  readonly #remove: (names: readonly string[]) => void;
  #held: string[] = [];
  #holders = 0;

  constructor(remove: (names: readonly string[]) => void) {
    this.#remove = remove;
  }

  add(names: readonly string[]): void {
    if (this.#holders === 0) this.#remove(names);
    else this.#held.push(...names);
  }

  hold(): void {
    this.#holders++;
  }

  letGo(): void {
    this.#holders = Math.max(0, this.#holders - 1);
    if (this.#holders > 0) return;
    this.#remove(this.#held);
    this.#held = [];
  }
}
