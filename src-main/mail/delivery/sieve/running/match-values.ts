/**
 * Matching: whether any of a message's values fits any of a test's keys (RFC 5228 §2.7).
 *
 * Match types of RFC 5228 and RFC 5231 (`:value`, `:count`), `:regex`; match variables of RFC 5229 §3.2.
 */
import { chosenOption } from '../checking/call.ts';
import type { Call, Value } from '../checking/call.ts';
import { MATCH_TYPES } from '../checking/signature.ts';
import { comparatorNamed, DEFAULT_COMPARATOR, isComparatorName } from '../matching/comparator.ts';
import type { Comparator } from '../matching/comparator.ts';
import { matchGlob } from '../matching/glob.ts';
import { matchRegex } from '../matching/match-regex.ts';
import { compileRegex } from '../matching/regex-program.ts';
import type { RegexProgram } from '../matching/regex-program.ts';
import { RegexProblem } from '../matching/regex-tree.ts';
import { MAX_MATCH_VARIABLES } from '../limits.ts';
import { fail } from './run.ts';
import type { Run } from './run.ts';

export interface MatchSubject {
  readonly values: readonly string[];
  readonly keys: Value | null | undefined;
  /** RFC 5173 §6: what the wildcards of `body` stood for is not kept. */
  readonly forgetsMatches?: boolean;
}

export function matchValues(run: Run, call: Call, subject: MatchSubject): boolean {
  const comparator = comparatorOf(call);
  const keys = run.strings(subject.keys);
  const type = chosenOption(call, MATCH_TYPES) ?? 'is';
  if (type === 'count') return compareCount(run, call, { ...subject, comparator });
  const matcher = new Matcher(run, comparator, subject.forgetsMatches !== true);
  return subject.values.some((value) =>
    keys.some((key) => {
      run.budget.spend('match', 1 + (value.length >> 6));
      if (type !== 'value') return matcher[type](value, key);
      return holds(run.string(call.options['value']) ?? '', comparator.order(value, key));
    }),
  );
}

/** RFC 5231 §4.2: the number of values is what is compared. */
function compareCount(run: Run, call: Call, subject: MatchSubject & { comparator: Comparator }): boolean {
  const relation = run.string(call.options['count']) ?? '';
  const count = String(subject.values.length);
  return run.strings(subject.keys).some((key) => holds(relation, subject.comparator.order(count, key)));
}

function comparatorOf(call: Call): Comparator {
  const option = call.options['comparator'];
  const name = typeof option === 'object' && option.kind === 'strings' ? option.values[0]?.value : undefined;
  return comparatorNamed(name !== undefined && isComparatorName(name) ? name : DEFAULT_COMPARATOR);
}

/** RFC 5231 §4.1 */
function holds(relation: string, order: number): boolean {
  switch (relation.toLowerCase()) {
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    default:
      return fail(`"${relation}" is no comparison`);
  }
}

class Matcher {
  readonly #run: Run;
  readonly #comparator: Comparator;
  readonly #keepsMatches: boolean;

  constructor(run: Run, comparator: Comparator, keepsMatches: boolean) {
    this.#run = run;
    this.#comparator = comparator;
    this.#keepsMatches = keepsMatches;
  }

  is(value: string, key: string): boolean {
    return this.#comparator.fold(value) === this.#comparator.fold(key);
  }

  contains(value: string, key: string): boolean {
    return this.#comparator.fold(value).includes(this.#comparator.fold(key));
  }

  matches(value: string, key: string): boolean {
    const found = matchGlob(key, value, this.#options());
    if (found !== null) this.#keep([value, ...found]);
    return found !== null;
  }

  regex(value: string, key: string): boolean {
    const found = matchRegex(this.#program(key), value, this.#options());
    if (found !== null) this.#keep(found);
    return found !== null;
  }

  #program(pattern: string): RegexProgram {
    const name = `${this.#comparator.name} ${pattern}`;
    const known = this.#run.regexes.get(name);
    if (known !== undefined) return known;
    try {
      const program = compileRegex(pattern, this.#comparator);
      this.#run.regexes.set(name, program);
      return program;
    } catch (error) {
      if (!(error instanceof RegexProblem)) throw error;
      return fail(`the regular expression "${pattern}" is wrong: ${error.message}`);
    }
  }

  #options() {
    return {
      comparator: this.#comparator,
      spend: (steps: number) => this.#run.budget.spend('match', steps),
    };
  }

  #keep(matches: readonly string[]): void {
    if (this.#keepsMatches) this.#run.frame.variables.matches = matches.slice(0, MAX_MATCH_VARIABLES + 1);
  }
}
