/**
 * Checking: whether a script makes sense, and what to run if it does.
 *
 * RFC 5228 §2.10.5 and §3.2 (require), §3.1 (if, elsif, else); RFC 5463 §4 (ihave). Flow: PUTSCRIPT, the console, the
 * provision file, delivery → here → CheckedScript. Invariants: every problem has its line and column; as many are found as
 * there are, up to MAX_PROBLEMS; a checked script can fail at run time only by its limits and by what variables hold.
 */
import { err, ok } from '../../../../base/result.ts';
import type { Result } from '../../../../base/result.ts';
import { SieveProblemError } from '../grammar/ast.ts';
import type { Command, Position, SieveProblem, Test } from '../grammar/ast.ts';
import { parseScript } from '../grammar/parse-script.ts';
import { bindArguments } from './bind-arguments.ts';
import { literalsOf } from './call.ts';
import type { Call, CheckedScript, Value } from './call.ts';
import { BUILT_IN_CAPABILITIES, isSupported, withImplied } from './capabilities.ts';
import { COMMANDS } from './command-table.ts';
import { decodeEncodedCharacters } from './encoded-character.ts';
import { checkMeaning } from './meaning.ts';
import type { Signature, SignatureTable } from './signature.ts';
import { TESTS } from './test-table.ts';

/** More would not be read. */
const MAX_PROBLEMS = 20;

export function checkScript(text: string): Result<CheckedScript, readonly SieveProblem[]> {
  const parsed = parseScript(text);
  return parsed.ok ? new ScriptChecker().check(parsed.value.commands) : err([parsed.error]);
}

class ScriptChecker {
  readonly #capabilities = new Set<string>(BUILT_IN_CAPABILITIES);
  readonly #problems: SieveProblem[] = [];
  /** An `ihave` asked for what is not there: what is wrong from here on is wrong only if it is run. */
  #isLenient = false;
  #loops = 0;

  check(commands: readonly Command[]): Result<CheckedScript, readonly SieveProblem[]> {
    let mayRequire = true;
    const calls = commands.flatMap((command, index) => {
      const isRequire = command.name === 'require';
      // RFC 5228 §3.2: it must come before any other command.
      if (isRequire && !mayRequire)
        this.#complain(misplaced(command, 'must stand before all other commands'));
      if (!isRequire) mayRequire = false;
      return this.#command(command, commands[index - 1]);
    });
    if (this.#problems.length > 0) return err(this.#problems);
    return ok({ commands: calls, capabilities: [...this.#capabilities] });
  }

  #command(command: Command, before: Command | undefined): readonly Call[] {
    const call = this.#attempt(command, () => this.#bindCommand(command, before));
    if (call === null) return [];
    return command.name === 'require' && call.problem === undefined ? [] : [call];
  }

  #bindCommand(command: Command, before: Command | undefined): Call {
    const signature = this.#signatureOf(command, COMMANDS, 'command');
    this.#checkChain(command, before);
    checkShape(command, signature, command.block !== null);
    const bound = this.#bind(command, signature);
    if (command.name === 'require') this.#require(bound);
    const tests = this.#tests(command);
    checkMeaning({ ...bound, tests }, this.#meaningContext());
    return { ...bound, tests, block: this.#block(command) };
  }

  #block(command: Command): readonly Call[] {
    const isLoop = command.name === 'foreverypart';
    if (isLoop) this.#loops++;
    const calls = (command.block ?? []).flatMap((inner, index) => {
      if (inner.name === 'require') this.#complain(misplaced(inner, 'must stand before all other commands'));
      return this.#command(inner, command.block?.[index - 1]);
    });
    if (isLoop) this.#loops--;
    return calls;
  }

  #tests(parent: Test): readonly Call[] {
    return parent.tests.flatMap((test) => this.#attempt(test, () => this.#bindTest(test)) ?? []);
  }

  #bindTest(test: Test): Call {
    const signature = this.#signatureOf(test, TESTS, 'test');
    checkShape(test, signature, false);
    const bound = this.#bind(test, signature);
    if (test.name === 'ihave') this.#enable(bound);
    checkMeaning(bound, this.#meaningContext());
    return { ...bound, tests: this.#tests(test) };
  }

  #signatureOf(call: Test, table: SignatureTable, what: string): Signature {
    const signature = Object.hasOwn(table, call.name) ? table[call.name] : undefined;
    if (signature === undefined) {
      throw new SieveProblemError(`there is no ${what} "${call.name}"`, call.at);
    }
    const needed = signature.capabilities ?? [];
    if (needed.length > 0 && !needed.some((capability) => this.#has(capability))) {
      throw new SieveProblemError(`"${call.name}" needs require "${needed[0]}"`, call.at);
    }
    return signature;
  }

  #bind(call: Test, signature: Signature): Call {
    const { options, parameters } = bindArguments(call, signature, (capability) => this.#has(capability));
    const decoded = Object.entries(options).map(([tag, value]) => [
      tag,
      value === true ? true : this.#decode(value),
    ]);
    return {
      name: call.name,
      at: call.at,
      options: Object.fromEntries(decoded) as Call['options'],
      parameters: parameters.map((value) => value && this.#decode(value)),
      tests: [],
      block: [],
    };
  }

  #decode(value: Value): Value {
    if (value.kind !== 'strings' || !this.#has('encoded-character')) return value;
    return { ...value, values: value.values.map(decodeEncodedCharacters) };
  }

  /** RFC 5228 §3.2: an extension that is not supported is an error. */
  #require(call: Call): void {
    for (const { value, at } of literalsOf(call.parameters[0])) {
      if (!isSupported(value)) throw new SieveProblemError(`the extension "${value}" is not supported`, at);
      for (const capability of withImplied(value)) this.#capabilities.add(capability);
    }
  }

  /** RFC 5463 §4: what is there may be used from here on; what is not there is no error before it is run. */
  #enable(call: Call): void {
    const names = literalsOf(call.parameters[0]).map(({ value }) => value);
    if (!names.every(isSupported)) this.#isLenient = true;
    for (const name of names.filter(isSupported)) {
      for (const capability of withImplied(name)) this.#capabilities.add(capability);
    }
  }

  #checkChain(command: Command, before: Command | undefined): void {
    const isContinuation = command.name === 'elsif' || command.name === 'else';
    if (isContinuation && before?.name !== 'if' && before?.name !== 'elsif') {
      throw misplaced(command, 'must follow the block of an "if" or "elsif"');
    }
    if (command.name === 'break' && this.#loops === 0)
      throw misplaced(command, 'must stand within "foreverypart"');
  }

  #meaningContext() {
    return { has: (capability: string) => this.#has(capability), isInLoop: this.#loops > 0 };
  }

  #has(capability: string): boolean {
    return this.#capabilities.has(capability);
  }

  /** A problem becomes part of the script where the run is to complain, and otherwise one of the list. */
  #attempt(call: Test, bind: () => Call): Call | null {
    try {
      return bind();
    } catch (error) {
      if (!(error instanceof SieveProblemError)) throw error;
      if (!this.#isLenient) {
        this.#complain(error);
        return null;
      }
      const { name, at } = call;
      return { name, at, options: {}, parameters: [], tests: [], block: [], problem: error.problem };
    }
  }

  #complain({ problem }: SieveProblemError): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(problem);
  }
}

function misplaced(command: { name: string; at: Position }, text: string): SieveProblemError {
  return new SieveProblemError(`"${command.name}" ${text}`, command.at);
}

function checkShape(call: Test, signature: Signature, hasBlock: boolean): void {
  const { name, at, tests } = call;
  const wanted = signature.tests;
  if (wanted === undefined && tests.length > 0) throw new SieveProblemError(`"${name}" takes no test`, at);
  if (wanted !== undefined && tests.length === 0) throw new SieveProblemError(`"${name}" needs a test`, at);
  if (wanted === 'one' && tests.length > 1) {
    throw new SieveProblemError(`"${name}" takes one test; join several with "allof" or "anyof"`, at);
  }
  const wantsBlock = signature.hasBlock === true;
  if (wantsBlock && !hasBlock) throw new SieveProblemError(`"${name}" needs a block in "{" and "}"`, at);
  if (!wantsBlock && hasBlock) throw new SieveProblemError(`"${name}" takes no block`, at);
}
