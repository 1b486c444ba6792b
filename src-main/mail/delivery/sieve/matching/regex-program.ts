/**
 * A regular expression as instructions for a machine that follows all ways through it at once (Thompson's construction).
 *
 * Flow: tree → here → matchRegex. Invariant: a program has MAX_REGEX_INSTRUCTIONS at most; `{m,n}` is written out.
 */
import { MAX_REGEX_INSTRUCTIONS } from '../limits.ts';
import type { Comparator } from './comparator.ts';
import { parseRegex, RegexProblem } from './regex-tree.ts';
import type { CharacterSet, RegexNode } from './regex-tree.ts';

export type Instruction =
  | { readonly op: 'character'; readonly folded: string }
  | { readonly op: 'set'; readonly set: CharacterSet }
  | { readonly op: 'any' | 'start' | 'end' | 'match' }
  /** Remembers where the text is. */
  | { readonly op: 'save'; readonly slot: number }
  /** Both ways; the first is preferred. */
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number };

export interface RegexProgram {
  readonly instructions: readonly Instruction[];
  readonly groups: number;
}

/** Throws RegexProblem. */
export function compileRegex(pattern: string, comparator: Comparator): RegexProgram {
  const { root, groups } = parseRegex(pattern);
  const compiler = new RegexCompiler(comparator);
  compiler.add({ op: 'save', slot: 0 });
  compiler.compile(root);
  compiler.add({ op: 'save', slot: 1 });
  compiler.add({ op: 'match' });
  return { instructions: compiler.instructions, groups };
}

class RegexCompiler {
  readonly instructions: Instruction[] = [];
  readonly #comparator: Comparator;

  constructor(comparator: Comparator) {
    this.#comparator = comparator;
  }

  add<T extends Instruction>(instruction: T): T {
    if (this.instructions.length >= MAX_REGEX_INSTRUCTIONS)
      throw new RegexProblem('the pattern is too large');
    this.instructions.push(instruction);
    return instruction;
  }

  compile(node: RegexNode): void {
    switch (node.kind) {
      case 'empty':
        return;
      case 'character':
        this.add({ op: 'character', folded: this.#comparator.foldCharacter(node.character) });
        return;
      case 'set':
        this.add({ op: 'set', set: node.set });
        return;
      case 'any':
      case 'start':
      case 'end':
        this.add({ op: node.kind });
        return;
      case 'sequence':
        for (const each of node.nodes) this.compile(each);
        return;
      case 'choice':
        this.#choice(node.nodes);
        return;
      case 'group':
        this.add({ op: 'save', slot: node.number * 2 });
        this.compile(node.node);
        this.add({ op: 'save', slot: node.number * 2 + 1 });
        return;
      case 'repeat':
        this.#repeat(node.node, node.minimum, node.maximum);
    }
  }

  #choice(nodes: readonly RegexNode[]): void {
    const jumps: { to: number }[] = [];
    nodes.forEach((node, index) => {
      if (index === nodes.length - 1) return this.compile(node);
      const split = this.add({ op: 'split', first: this.#here() + 1, second: 0 });
      this.compile(node);
      jumps.push(this.add({ op: 'jump', to: 0 }));
      split.second = this.#here();
    });
    for (const jump of jumps) jump.to = this.#here();
  }

  #repeat(node: RegexNode, minimum: number, maximum: number): void {
    for (let i = 0; i < minimum; i++) this.compile(node);
    if (maximum === Infinity) {
      const split = this.add({ op: 'split', first: this.#here() + 1, second: 0 });
      this.compile(node);
      this.add({ op: 'jump', to: this.instructions.indexOf(split) });
      split.second = this.#here();
      return;
    }
    const splits: { second: number }[] = [];
    for (let i = minimum; i < maximum; i++) {
      splits.push(this.add({ op: 'split', first: this.#here() + 1, second: 0 }));
      this.compile(node);
    }
    for (const split of splits) split.second = this.#here();
  }

  #here(): number {
    return this.instructions.length;
  }
}
