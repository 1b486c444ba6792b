/**
 * Interpreter: runs a checked script on a message and says what it wants done.
 *
 * RFC 5228 §2.10, RFC 5703 §3 (foreverypart), RFC 6609 (include). Flow: delivery → here → SieveOutcome.
 * Invariants: nothing outside is changed; a run ends, within limits.ts; a script that fails wants nothing but that the message
 * is kept (§2.10.6). Only what a script asks for is read.
 */
import { assertNever } from '../../../../base/result.ts';
import { ANSWER_ACTIONS } from '../actions/answer-actions.ts';
import type { ActionTable } from '../actions/action-runner.ts';
import { EDITING_ACTIONS } from '../actions/editing-actions.ts';
import { FILING_ACTIONS } from '../actions/filing-actions.ts';
import { runFlagCommand } from '../actions/flags.ts';
import { MIME_ACTIONS } from '../actions/mime-actions.ts';
import { modify } from '../actions/modifiers.ts';
import type { Call, CheckedScript } from '../checking/call.ts';
import { isVariableName } from '../checking/words.ts';
import { evaluate } from '../tests/evaluate.ts';
import { SieveRunError } from './budget.ts';
import type { SieveEnvironment, SieveMessage } from './environment.ts';
import { readIncluded } from './include.ts';
import { childrenOf, MessageView } from './message-view.ts';
import type { PartPath } from './message-view.ts';
import type { SieveOutcome } from './outcome.ts';
import { fail, Run } from './run.ts';

const ACTIONS: ActionTable = {
  ...FILING_ACTIONS,
  ...ANSWER_ACTIONS,
  ...EDITING_ACTIONS,
  ...MIME_ACTIONS,
  setflag: runFlagCommand,
  addflag: runFlagCommand,
  removeflag: runFlagCommand,
  set(run, call) {
    const name = run.parameter(call, 0);
    if (!isVariableName(name)) fail(`"${name}" is no name of a variable`);
    run.frame.variables.set(name, modify(call, run.parameter(call, 1)));
  },
  global(run, call) {
    for (const name of run.strings(call.parameters[0])) run.frame.variables.declareGlobal(name);
  },
  error: (run, call) => fail(run.parameter(call, 0)),
};

/** How a block ended: at its end, or by a command that leaves it. */
type Ending =
  { readonly kind: 'next' | 'stop' | 'return' } | { readonly kind: 'break'; readonly name: string | null };

const NEXT: Ending = { kind: 'next' };

export interface RunRequest {
  readonly script: CheckedScript;
  readonly message: SieveMessage;
  readonly environment: SieveEnvironment;
}

export async function runScript({ script, message, environment }: RunRequest): Promise<SieveOutcome> {
  const interpreter = new Interpreter();
  try {
    const view = await MessageView.open(message);
    const run = new Run({ environment, message: view, script });
    await interpreter.block(run, script.commands);
    return run.outcome();
  } catch (error) {
    if (!(error instanceof SieveRunError)) throw error;
    const failure = { line: interpreter.line, text: error.message };
    // RFC 5228 §2.10.6
    return { actions: [], keep: { flags: [], content: null }, duplicates: [], failure };
  }
}

class Interpreter {
  /** Of the main script, where it is. */
  line = 1;
  #depth = 0;

  async block(run: Run, calls: readonly Call[]): Promise<Ending> {
    let isChainDone = false;
    for (const call of calls) {
      run.budget.spend('step');
      if (this.#depth === 0) this.line = call.at.line;
      if (call.problem !== undefined) fail(call.problem.text);
      const isContinuation = call.name === 'elsif' || call.name === 'else';
      if (isContinuation && isChainDone) continue;
      if (isContinuation || call.name === 'if') {
        isChainDone = await this.#holds(run, call);
        if (!isChainDone) continue;
      }
      const ending = await this.#command(run, call);
      if (ending.kind !== 'next') return ending;
    }
    return NEXT;
  }

  async #holds(run: Run, call: Call): Promise<boolean> {
    const [test] = call.tests;
    return test === undefined || evaluate(run, test);
  }

  async #command(run: Run, call: Call): Promise<Ending> {
    switch (call.name) {
      case 'if':
      case 'elsif':
      case 'else':
        return this.block(run, call.block);
      case 'stop':
      case 'return':
        return { kind: call.name };
      case 'break':
        return { kind: 'break', name: run.string(call.options['name']) };
      case 'foreverypart':
        return this.#everyPart(run, call);
      case 'include':
        return this.#include(run, call);
      default:
        await ACTIONS[call.name]?.(run, call);
        return NEXT;
    }
  }

  /** RFC 5703 §3: the parts in their order, a part before those within it; a loop within a loop those within the part. */
  async #everyPart(run: Run, call: Call): Promise<Ending> {
    const outer = run.part;
    const name = run.string(call.options['name']);
    const paths = pathsWithin(run, outer ?? []);
    try {
      for (const path of outer === null ? [[], ...paths] : paths) {
        run.budget.spend('step');
        if (run.message.partAt(path) === undefined) continue;
        run.part = path;
        const ending = await this.block(run, call.block);
        if (ending.kind === 'break') return ending.name === null || ending.name === name ? NEXT : ending;
        if (ending.kind !== 'next') return ending;
      }
      return NEXT;
    } finally {
      run.part = outer;
    }
  }

  /** RFC 6609 §3.1: `stop` ends everything, `return` the included script. */
  async #include(run: Run, call: Call): Promise<Ending> {
    const script = await readIncluded(run, call);
    if (script === null) return NEXT;
    const frame = run.frame;
    run.frame = run.frameFor(script, frame.depth + 1);
    this.#depth++;
    const ending = await this.block(run, script.commands);
    this.#depth--;
    run.frame = frame;
    switch (ending.kind) {
      case 'stop':
        return ending;
      case 'next':
      case 'return':
      case 'break':
        return NEXT;
      default:
        return assertNever(ending);
    }
  }
}

function pathsWithin(run: Run, path: PartPath): readonly PartPath[] {
  const part = run.message.partAt(path);
  if (part === undefined) return [];
  return childrenOf(part).flatMap((_child, index) => {
    const inner = [...path, index];
    return [inner, ...pathsWithin(run, inner)];
  });
}
