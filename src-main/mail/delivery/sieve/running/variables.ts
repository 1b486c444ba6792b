/**
 * Variables: values by name, what the last match stood for, and strings with both put in (RFC 5229).
 *
 * Invariants: names compare without regard to case; a value is MAX_VARIABLE_CHARACTERS at most; an unknown name is empty.
 */
import { MAX_VARIABLE_CHARACTERS, MAX_VARIABLES } from '../limits.ts';
import { SieveRunError } from './budget.ts';

const REFERENCE = /\$\{(?:(\d{1,9})|([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*))\}/g;
const GLOBAL_PREFIX = 'global.';

/** The variables of one script; those it declares `global` are shared with the scripts that include it (RFC 6609 §3.4). */
export class Variables {
  readonly #own = new Map<string, string>();
  readonly #shared: Map<string, string>;
  readonly #declaredGlobal = new Set<string>();
  /** RFC 5229 §3.2: `${0}` and what each wildcard stood for. */
  matches: readonly string[] = [];

  constructor(shared: Map<string, string>) {
    this.#shared = shared;
  }

  declareGlobal(name: string): void {
    this.#declaredGlobal.add(name.toLowerCase());
  }

  get(name: string): string {
    const { store, key } = this.#place(name);
    return store.get(key) ?? '';
  }

  set(name: string, value: string): void {
    const { store, key } = this.#place(name);
    if (!store.has(key) && store.size >= MAX_VARIABLES) {
      throw new SieveRunError(`more than ${MAX_VARIABLES} variables are used`);
    }
    // RFC 5229 §3: a value that is too long is cut, within no character.
    store.set(key, truncate(value, MAX_VARIABLE_CHARACTERS));
  }

  expand(text: string): string {
    if (!text.includes('${')) return text;
    const expanded = text.replace(REFERENCE, (_whole, index: string | undefined, name: string | undefined) =>
      index === undefined ? this.get(name ?? '') : (this.matches[Number(index)] ?? ''),
    );
    return truncate(expanded, MAX_VARIABLE_CHARACTERS * 4);
  }

  #place(name: string): { store: Map<string, string>; key: string } {
    const key = name.toLowerCase();
    if (key.startsWith(GLOBAL_PREFIX)) return { store: this.#shared, key: key.slice(GLOBAL_PREFIX.length) };
    return { store: this.#declaredGlobal.has(key) ? this.#shared : this.#own, key };
  }
}

function truncate(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const last = text.charCodeAt(characters - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? characters - 1 : characters);
}
