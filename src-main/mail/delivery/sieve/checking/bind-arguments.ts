/**
 * Binding: puts a command's or test's arguments where its signature wants them (RFC 5228 §2.6).
 *
 * Flow: checkScript → here. What does not fit throws SieveProblemError, at the argument that does not.
 */
import { SieveProblemError } from '../grammar/ast.ts';
import type { Argument, Test } from '../grammar/ast.ts';
import type { Value } from './call.ts';
import type { ParameterType, Signature, TagRule } from './signature.ts';

export interface BoundArguments {
  readonly options: Readonly<Record<string, Value | true>>;
  readonly parameters: readonly (Value | null)[];
}

type HasCapability = (capability: string) => boolean;

export function bindArguments(call: Test, signature: Signature, has: HasCapability): BoundArguments {
  const binder = new Binder(call, signature, has);
  for (let argument = binder.next(); argument !== undefined; argument = binder.next()) binder.take(argument);
  return binder.finish();
}

const TYPE_NAMES: Readonly<Record<ParameterType, string>> = {
  string: 'a string',
  strings: 'a string or a list of strings',
  number: 'a number',
};

class Binder {
  readonly #call: Test;
  readonly #signature: Signature;
  readonly #has: HasCapability;
  readonly #options: Record<string, Value | true> = {};
  readonly #groups = new Map<string, string>();
  readonly #positional: Value[] = [];
  #at = 0;

  constructor(call: Test, signature: Signature, has: HasCapability) {
    this.#call = call;
    this.#signature = signature;
    this.#has = has;
  }

  next(): Argument | undefined {
    return this.#call.arguments[this.#at++];
  }

  take(argument: Argument): void {
    if (argument.kind !== 'tag') {
      this.#positional.push(argument);
      return;
    }
    const { name, at } = argument;
    if (this.#positional.length > 0) {
      throw new SieveProblemError(
        `":${name}" must stand before the other arguments of "${this.#call.name}"`,
        at,
      );
    }
    this.#option(argument, this.#ruleFor(argument));
  }

  #ruleFor({ name, at }: Extract<Argument, { kind: 'tag' }>): TagRule {
    const tags = this.#signature.tags ?? {};
    const rule = Object.hasOwn(tags, name) ? tags[name] : undefined;
    if (rule === undefined)
      throw new SieveProblemError(`"${this.#call.name}" has no argument ":${name}"`, at);
    if (rule.capability !== undefined && !this.#has(rule.capability)) {
      throw new SieveProblemError(`":${name}" needs require "${rule.capability}"`, at);
    }
    return rule;
  }

  #option({ name, at }: Extract<Argument, { kind: 'tag' }>, rule: TagRule): void {
    if (Object.hasOwn(this.#options, name)) throw new SieveProblemError(`":${name}" is given twice`, at);
    const rival = rule.group === undefined ? undefined : this.#groups.get(rule.group);
    if (rival !== undefined) {
      throw new SieveProblemError(`":${rival}" and ":${name}" exclude each other (${rule.group})`, at);
    }
    if (rule.group !== undefined) this.#groups.set(rule.group, name);
    this.#options[name] = rule.value === undefined ? true : this.#valueOf(name, rule.value);
  }

  #valueOf(tag: string, type: ParameterType): Value {
    const value = this.next();
    if (value === undefined || value.kind === 'tag' || !fits(value, type)) {
      throw new SieveProblemError(
        `":${tag}" must be followed by ${TYPE_NAMES[type]}`,
        value?.at ?? this.#call.at,
      );
    }
    return value;
  }

  finish(): BoundArguments {
    const { parameters = [], optional } = this.#signature;
    const missing = parameters.length - this.#positional.length;
    if (missing < 0 || missing > (optional === undefined ? 0 : 1)) this.#refuseCount(parameters.length);
    const placed: (Value | null)[] = [...this.#positional];
    if (missing === 1) placed.splice(optional === 'first' ? 0 : placed.length, 0, null);
    placed.forEach((value, index) => {
      const type = parameters[index];
      if (value !== null && type !== undefined && !fits(value, type)) {
        throw new SieveProblemError(`"${this.#call.name}" wants ${TYPE_NAMES[type]} here`, value.at);
      }
    });
    return { options: this.#options, parameters: placed };
  }

  #refuseCount(wanted: number): never {
    const { name, at } = this.#call;
    const excess = this.#positional[wanted];
    if (excess !== undefined) throw new SieveProblemError(`"${name}" takes no argument here`, excess.at);
    const arguments_ = wanted === 1 ? 'an argument' : `${wanted} arguments`;
    throw new SieveProblemError(`"${name}" needs ${arguments_}, ${this.#positional.length} given`, at);
  }
}

function fits(value: Value, type: ParameterType): boolean {
  if (type === 'number') return value.kind === 'number';
  if (value.kind !== 'strings') return false;
  return type === 'strings' || !value.isList;
}
