/**
 * Run: the state of one script on one message while it runs.
 *
 * Flow: interpreter makes one for each message; tests read it, actions change it. Invariant: everything that loops or adds
 * pays from the budget.
 */
import type { Call, CheckedScript, Value } from '../checking/call.ts';
import { literalsOf } from '../checking/call.ts';
import type { RegexProgram } from '../matching/regex-program.ts';
import { Budget, SieveRunError } from './budget.ts';
import type { SieveEnvironment } from './environment.ts';
import type { MessageView, PartPath } from './message-view.ts';
import type { DuplicateMark, SieveAction, SieveOutcome } from './outcome.ts';
import { Variables } from './variables.ts';

/** One script that runs: the main one, or one it includes. */
export interface Frame {
  readonly variables: Variables;
  readonly hasVariables: boolean;
  readonly depth: number;
}

export class Run {
  readonly environment: SieveEnvironment;
  readonly message: MessageView;
  readonly budget = new Budget();
  readonly #shared = new Map<string, string>();
  frame: Frame;
  /** RFC 5232 §2: what `keep` and `fileinto` set unless they say themselves. */
  flags: readonly string[] = [];
  /** The part that `foreverypart` is at. */
  part: PartPath | null = null;
  keep: SieveOutcome['keep'] = null;
  isImplicitKeep = true;
  readonly actions: SieveAction[] = [];
  readonly duplicates: DuplicateMark[] = [];
  /** Scripts that were included, by place and name. */
  readonly included = new Map<string, CheckedScript>();
  readonly regexes = new Map<string, RegexProgram>();

  constructor(options: { environment: SieveEnvironment; message: MessageView; script: CheckedScript }) {
    this.environment = options.environment;
    this.message = options.message;
    this.frame = this.frameFor(options.script, 0);
  }

  frameFor(script: CheckedScript, depth: number): Frame {
    const hasVariables = script.capabilities.includes('variables');
    return { variables: new Variables(this.#shared), hasVariables, depth };
  }

  /** With variables put in. */
  expand(text: string): string {
    return this.frame.hasVariables ? this.frame.variables.expand(text) : text;
  }

  strings(value: Value | true | null | undefined): readonly string[] {
    return literalsOf(value).map((literal) => this.expand(literal.value));
  }

  /** The string of an option or parameter; null where it is not there. */
  string(value: Value | true | null | undefined): string | null {
    return this.strings(value)[0] ?? null;
  }

  /** The string of a parameter that is always there. */
  parameter(call: Call, index: number): string {
    return this.string(call.parameters[index]) ?? '';
  }

  number(value: Value | true | null | undefined): number | null {
    return typeof value === 'object' && value?.kind === 'number' ? value.value : null;
  }

  act(action: SieveAction): void {
    this.budget.spend('action');
    if (action.kind === 'redirect') this.budget.spend('redirect');
    if (action.kind === 'notify') this.budget.spend('notification');
    this.actions.push(action);
  }

  outcome(): SieveOutcome {
    const implicit = this.isImplicitKeep ? { flags: this.flags, content: this.message.content() } : null;
    return { actions: this.actions, keep: this.keep ?? implicit, duplicates: this.duplicates, failure: null };
  }
}

export function fail(text: string): never {
  throw new SieveRunError(text);
}
