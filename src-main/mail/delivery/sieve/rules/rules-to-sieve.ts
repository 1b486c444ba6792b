/**
 * Rules as a Sieve script (RFC 5228), laid out so that people can read it and sieveToRules() finds the rules again.
 *
 * Flow: console → here → checkScript → the account's active script. Invariants: hand-written parts keep their octets and
 * place; the automatic reply comes first, since a rule may stop.
 */
import type { Command, Test } from '../grammar/ast.ts';
import { parseScript } from '../grammar/parse-script.ts';
import { printCommand } from '../grammar/print-script.ts';
import { command, conditional, tag, test } from './build.ts';
import { JUNK_PERCENT, REPLY_COMMENT, RULE_COMMENT } from './rule.ts';
import type { AccountRules, AutoReply, MailRule, RuleAction, RuleCondition } from './rule.ts';

const LINE_END = '\r\n';

export function rulesToSieve({ autoReply, items }: AccountRules): string {
  const parts: string[] = [];
  if (autoReply !== null)
    parts.push(`${REPLY_COMMENT}${LINE_END}${printCommand(replyCommand(autoReply))}${LINE_END}`);
  for (const item of items) {
    if (item.kind === 'text') parts.push(withoutRequire(item.text));
    else parts.push(`${RULE_COMMENT}${item.name}${LINE_END}${printCommand(ruleCommand(item))}${LINE_END}`);
  }
  const needed = new Set<string>();
  if (autoReply !== null) addReplyNeeds(autoReply, needed);
  for (const item of items) {
    if (item.kind === 'text') for (const name of requiredBy(item.text)) needed.add(name);
    else addRuleNeeds(item, needed);
  }
  const require =
    needed.size === 0 ? '' : `${printCommand(command('require', [[...needed].sort()]))}${LINE_END}`;
  return [...(require === '' ? [] : [require]), ...parts].join(LINE_END);
}

/** Hand-written parts may bring their own require; it has to stand at the beginning. */
function requiredBy(text: string): readonly string[] {
  const parsed = parseScript(text);
  if (!parsed.ok) return [];
  return parsed.value.commands
    .filter(({ name }) => name === 'require')
    .flatMap((each) => each.arguments)
    .flatMap((argument) => (argument.kind === 'strings' ? argument.values.map(({ value }) => value) : []));
}

function withoutRequire(text: string): string {
  return requiredBy(text).length === 0 ? text : text.replace(/^[ \t]*require[^;]*;[ \t]*(?:\r?\n)?/gim, '');
}

export function ruleCommand(rule: MailRule): Command {
  const tests = rule.conditions.map(conditionTest);
  const joined = test(
    rule.matches === 'any' && tests.length > 0 ? 'anyof' : 'allof',
    [],
    tests.length > 0 ? tests : [test('true')],
  );
  const commands = rule.actions.map(actionCommand);
  if (rule.stops) commands.push(command('stop'));
  return conditional(rule.isEnabled ? joined : switchedOff(joined), commands);
}

function switchedOff(when: Test): Test {
  return test('allof', [], [test('false'), when]);
}

function conditionTest(condition: RuleCondition): Test {
  const positive = positiveTest(condition);
  return condition.isNot ? test('not', [], [positive]) : positive;
}

function positiveTest(condition: RuleCondition): Test {
  switch (condition.kind) {
    case 'from':
    case 'to': {
      const fields = condition.kind === 'from' ? ['from'] : ['to', 'cc'];
      // Who asks for an address means the whole of it; who asks for a part of it may mean the name.
      const name = condition.comparison === 'is' ? 'address' : 'header';
      return test(name, [tag(condition.comparison), fields, condition.texts]);
    }
    case 'subject':
      return test('header', [tag(condition.comparison), 'subject', condition.texts]);
    case 'header':
      return test('header', [tag(condition.comparison), condition.name, condition.texts]);
    case 'size':
      return test('size', [tag('over'), condition.overOctets]);
    case 'list':
      if (condition.texts.length === 0) return test('exists', ['list-id']);
      return test('header', [tag('contains'), 'list-id', condition.texts]);
    case 'attachment':
      return test('header', [
        tag('mime'),
        tag('anychild'),
        tag('contains'),
        'content-disposition',
        'attachment',
      ]);
    case 'junk': {
      const numeric = [tag('comparator'), 'i;ascii-numeric'];
      return test('spamtest', [tag('percent'), tag('value'), 'ge', ...numeric, JUNK_PERCENT]);
    }
  }
}

function actionCommand(action: RuleAction): Command {
  switch (action.kind) {
    case 'file':
      return command('fileinto', [tag('create'), action.mailbox]);
    case 'flag':
      return command('addflag', ['\\Flagged']);
    case 'markRead':
      return command('addflag', ['\\Seen']);
    case 'forward':
      return command('redirect', action.keepsCopy ? [tag('copy'), action.address] : [action.address]);
    case 'reject':
      return command('reject', [action.text]);
    case 'discard':
      return command('discard');
  }
}

function replyCommand(reply: AutoReply): Command {
  const bounds: Test[] = [];
  const bound = (relation: string, day: string) => test('currentdate', [tag('value'), relation, 'date', day]);
  if (reply.from !== null) bounds.push(bound('ge', reply.from));
  if (reply.until !== null) bounds.push(bound('le', reply.until));
  const when = test('allof', [], bounds.length > 0 ? bounds : [test('true')]);
  const subject = reply.subject === null ? [] : [tag('subject'), reply.subject];
  const addresses = reply.addresses.length === 0 ? [] : [tag('addresses'), reply.addresses];
  const vacation = command('vacation', [tag('days'), reply.days, ...subject, ...addresses, reply.text]);
  return conditional(reply.isEnabled ? when : switchedOff(when), [vacation]);
}

function addReplyNeeds({ from, until }: AutoReply, needed: Set<string>): void {
  needed.add('vacation');
  if (from !== null || until !== null) for (const name of ['date', 'relational']) needed.add(name);
}

const CONDITION_NEEDS: Readonly<Partial<Record<RuleCondition['kind'], readonly string[]>>> = {
  attachment: ['mime'],
  junk: ['spamtestplus', 'relational', 'comparator-i;ascii-numeric'],
};

const ACTION_NEEDS: Readonly<Partial<Record<RuleAction['kind'], readonly string[]>>> = {
  file: ['fileinto', 'mailbox'],
  flag: ['imap4flags'],
  markRead: ['imap4flags'],
  reject: ['reject'],
};

function addRuleNeeds(rule: MailRule, needed: Set<string>): void {
  for (const { kind } of rule.conditions) for (const name of CONDITION_NEEDS[kind] ?? []) needed.add(name);
  for (const action of rule.actions) {
    for (const name of ACTION_NEEDS[action.kind] ?? []) needed.add(name);
    if (action.kind === 'forward' && action.keepsCopy) needed.add('copy');
  }
}
