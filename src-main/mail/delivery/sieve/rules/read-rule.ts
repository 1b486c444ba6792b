/** Reads a rule or an automatic reply from the one command that it is; null where the command has another shape. */
import type { Argument, Command, Test } from '../grammar/ast.ts';
import { printTest } from '../grammar/print-script.ts';
import { JUNK_PERCENT } from './rule.ts';
import type { AutoReply, MailRule, RuleAction, RuleCondition, TextComparison } from './rule.ts';
import { ruleCommand } from './rules-to-sieve.ts';

export function readRule(command: Command, name: string): MailRule | null {
  const when = command.tests[0];
  if (command.name !== 'if' || when === undefined || command.block === null) return null;
  const { isEnabled, inner } = readSwitch(when);
  if (inner.name !== 'anyof' && inner.name !== 'allof') return null;
  const conditions = isTrueAlone(inner) ? [] : inner.tests.map(readCondition);
  const stops = command.block.at(-1)?.name === 'stop';
  const actions = (stops ? command.block.slice(0, -1) : command.block).map(readAction);
  if (conditions.includes(null) || actions.includes(null)) return null;
  const rule: MailRule = {
    kind: 'rule',
    name,
    isEnabled,
    matches: inner.name === 'anyof' ? 'any' : 'all',
    conditions: conditions.filter((condition) => condition !== null),
    actions: actions.filter((action) => action !== null),
    stops,
  };
  // What a rule would not write in just this way says more than the rule does.
  return sameText(ruleCommand(rule), command) ? rule : null;
}

function sameText(a: Command, b: Command): boolean {
  const blocks = [a, b].map((each) => (each.block ?? []).map(printTest).join(';'));
  return printTest(a) === printTest(b) && blocks[0] === blocks[1];
}

/** A rule that is switched off has `false` before its conditions. */
function readSwitch(when: Test): { isEnabled: boolean; inner: Test } {
  const [first, second, third] = when.tests;
  const isOff =
    when.name === 'allof' && first?.name === 'false' && second !== undefined && third === undefined;
  return isOff ? { isEnabled: false, inner: second } : { isEnabled: true, inner: when };
}

function isTrueAlone({ tests }: Test): boolean {
  return tests.length === 1 && tests[0]?.name === 'true';
}

function readCondition(when: Test): RuleCondition | null {
  const isNot = when.name === 'not';
  const positive = isNot ? when.tests[0] : when;
  return positive === undefined ? null : readPositive(positive, isNot);
}

function readPositive(when: Test, isNot: boolean): RuleCondition | null {
  const texts = textsOf(when.arguments.at(-1));
  const fields = textsOf(when.arguments.at(-2));
  switch (when.name) {
    case 'exists':
      return { kind: 'list', isNot, texts: [] };
    case 'spamtest':
      return texts[0] === JUNK_PERCENT ? { kind: 'junk', isNot } : null;
    case 'size': {
      const size = when.arguments[1];
      return size?.kind === 'number' ? { kind: 'size', isNot, overOctets: size.value } : null;
    }
    case 'address':
    case 'header':
      return readField({ when, isNot, fields, texts });
    default:
      return null;
  }
}

function readField(field: {
  when: Test;
  isNot: boolean;
  fields: readonly string[];
  texts: readonly string[];
}): RuleCondition | null {
  const { when, isNot, fields, texts } = field;
  const [first, second] = when.arguments;
  if (first?.kind !== 'tag') return null;
  if (first.name === 'mime') return { kind: 'attachment', isNot };
  const comparison = comparisonOf(first.name);
  if (comparison === null || second?.kind !== 'strings') return null;
  const [name = '', other] = fields;
  if (second.isList) {
    if (name === 'from' && other === undefined) return { kind: 'from', isNot, comparison, texts };
    return name === 'to' && other === 'cc' ? { kind: 'to', isNot, comparison, texts } : null;
  }
  if (name === 'subject') return { kind: 'subject', isNot, comparison, texts };
  if (name === 'list-id' && comparison === 'contains') return { kind: 'list', isNot, texts };
  return { kind: 'header', isNot, name, comparison, texts };
}

function comparisonOf(name: string): TextComparison | null {
  return name === 'contains' || name === 'is' || name === 'matches' ? name : null;
}

function readAction(command: Command): RuleAction | null {
  const [first] = command.arguments;
  const [text = ''] = textsOf(command.arguments.at(-1));
  switch (command.name) {
    case 'fileinto':
      return { kind: 'file', mailbox: text };
    case 'addflag':
      return { kind: text === '\\Seen' ? 'markRead' : 'flag' };
    case 'redirect':
      return { kind: 'forward', address: text, keepsCopy: first?.kind === 'tag' };
    case 'reject':
      return { kind: 'reject', text };
    case 'discard':
      return { kind: 'discard' };
    default:
      return null;
  }
}

export function readReply(command: Command): AutoReply | null {
  const when = command.tests[0];
  const [vacation, another] = command.block ?? [];
  if (command.name !== 'if' || when === undefined || vacation?.name !== 'vacation' || another !== undefined)
    return null;
  const { isEnabled, inner } = readSwitch(when);
  if (inner.name !== 'allof') return null;
  const bounds = isTrueAlone(inner) ? {} : readBounds(inner.tests);
  const options = readOptions(vacation.arguments);
  if (bounds === null || options === null) return null;
  return { isEnabled, from: bounds.ge ?? null, until: bounds.le ?? null, ...options };
}

function readBounds(tests: readonly Test[]): { ge?: string; le?: string } | null {
  const bounds: { ge?: string; le?: string } = {};
  for (const { name, arguments: given } of tests) {
    const [value, relation, part, day] = given;
    const isBound =
      name === 'currentdate' &&
      value?.kind === 'tag' &&
      value.name === 'value' &&
      textsOf(part)[0] === 'date';
    const [side] = textsOf(relation);
    const [date] = textsOf(day);
    if (!isBound || given.length !== 4 || (side !== 'ge' && side !== 'le') || date === undefined) return null;
    if (!/^\d{4}-\d\d-\d\d$/.test(date) || bounds[side] !== undefined) return null;
    bounds[side] = date;
  }
  return bounds;
}

type ReplyOptions = Pick<AutoReply, 'days' | 'subject' | 'addresses' | 'text'>;

function readOptions(given: readonly Argument[]): ReplyOptions | null {
  const text = given.at(-1);
  if (text?.kind !== 'strings' || text.isList) return null;
  let options: ReplyOptions = { days: 7, subject: null, addresses: [], text: textsOf(text)[0] ?? '' };
  for (let i = 0; i < given.length - 1; i += 2) {
    const [option, value] = [given[i], given[i + 1]];
    if (option?.kind !== 'tag' || value === undefined || value.kind === 'tag') return null;
    if (option.name === 'days' && value.kind === 'number') options = { ...options, days: value.value };
    else if (option.name === 'subject') options = { ...options, subject: textsOf(value)[0] ?? null };
    else if (option.name === 'addresses') options = { ...options, addresses: textsOf(value) };
    else return null;
  }
  return options;
}

function textsOf(argument: Argument | undefined): readonly string[] {
  return argument?.kind === 'strings' ? argument.values.map(({ value }) => value) : [];
}
