/** A rule while it is typed: every field a text, whatever kind its line is of at the moment. */
import type { MailRule, RuleAction, RuleCondition } from '../../../../src-main/contract/sieve.ts';

export const CONDITION_KINDS = [
  'from',
  'to',
  'subject',
  'header',
  'size',
  'list',
  'attachment',
  'junk',
] as const;
export type ConditionKind = (typeof CONDITION_KINDS)[number];

export const ACTION_KINDS = ['file', 'flag', 'markRead', 'copy', 'redirect', 'reject', 'discard'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

export const COMPARISONS = ['contains', 'is', 'matches'] as const;

export interface ConditionDraft {
  kind: ConditionKind;
  isNot: boolean;
  comparison: (typeof COMPARISONS)[number];
  /** Name of a header field. */
  name: string;
  /** Texts with commas, or MiB. */
  value: string;
}

export interface ActionDraft {
  kind: ActionKind;
  value: string;
}

export interface RuleDraft {
  name: string;
  isEnabled: boolean;
  matches: 'any' | 'all';
  conditions: ConditionDraft[];
  actions: ActionDraft[];
  stops: boolean;
}

const MEBIBYTE = 2 ** 20;

export const newCondition = (): ConditionDraft => ({
  kind: 'from',
  isNot: false,
  comparison: 'contains',
  name: '',
  value: '',
});
export const newAction = (): ActionDraft => ({ kind: 'file', value: '' });

export function draftOf(rule: MailRule | null): RuleDraft {
  if (rule === null) {
    const lines = { conditions: [newCondition()], actions: [newAction()] };
    return { name: '', isEnabled: true, matches: 'any', ...lines, stops: true };
  }
  const { name, isEnabled, matches, stops } = rule;
  const lines = { conditions: rule.conditions.map(conditionDraft), actions: rule.actions.map(actionDraft) };
  return { name, isEnabled, matches, ...lines, stops };
}

function conditionDraft(condition: RuleCondition): ConditionDraft {
  const draft = { ...newCondition(), kind: condition.kind, isNot: condition.isNot };
  switch (condition.kind) {
    case 'size':
      return { ...draft, value: String(condition.overOctets / MEBIBYTE) };
    case 'list':
      return { ...draft, value: joinTexts(condition.texts) };
    case 'attachment':
    case 'junk':
      return draft;
    case 'header':
      return { ...draft, ...compared(condition), name: condition.name };
    default:
      return { ...draft, ...compared(condition) };
  }
}

function compared(condition: { comparison: ConditionDraft['comparison']; texts: readonly string[] }) {
  return { comparison: condition.comparison, value: joinTexts(condition.texts) };
}

function actionDraft(action: RuleAction): ActionDraft {
  switch (action.kind) {
    case 'file':
      return { kind: 'file', value: action.mailbox };
    case 'forward':
      return { kind: action.keepsCopy ? 'copy' : 'redirect', value: action.address };
    case 'reject':
      return { kind: 'reject', value: action.text };
    default:
      return { kind: action.kind, value: '' };
  }
}

/** Which lines want a value. */
export function wantsValue(kind: ConditionKind | ActionKind): boolean {
  return !['attachment', 'junk', 'flag', 'markRead', 'discard', 'list'].includes(kind);
}

export function isComplete(draft: RuleDraft): boolean {
  const conditions = draft.conditions.every((line) => {
    if (line.kind === 'header' && !/^[\x21-\x39\x3b-\x7e]{1,76}$/.test(line.name)) return false;
    if (line.kind === 'size') return octetsOf(line.value) >= 1;
    return !wantsValue(line.kind) || splitTexts(line.value).length > 0;
  });
  const actions = draft.actions.every(({ kind, value }) => !wantsValue(kind) || value.trim() !== '');
  return conditions && actions && (draft.actions.length > 0 || draft.stops) && isConsistent(draft);
}

/** RFC 5429 §2.4: a message that is refused is not kept or sent anywhere as well. */
export function isConsistent({ actions }: RuleDraft): boolean {
  const keeps = actions.some(({ kind }) => ['file', 'copy', 'redirect'].includes(kind));
  return !(keeps && actions.some(({ kind }) => kind === 'reject'));
}

export function toRule(draft: RuleDraft): MailRule {
  return {
    kind: 'rule',
    name: draft.name.trim(),
    isEnabled: draft.isEnabled,
    matches: draft.conditions.length === 0 ? 'all' : draft.matches,
    conditions: draft.conditions.map(toCondition),
    actions: draft.actions.map(toAction),
    stops: draft.stops,
  };
}

function toCondition(line: ConditionDraft): RuleCondition {
  const { kind, isNot, comparison } = line;
  const texts = splitTexts(line.value);
  switch (kind) {
    case 'size':
      return { kind, isNot, overOctets: octetsOf(line.value) };
    case 'list':
      return { kind, isNot, texts };
    case 'attachment':
    case 'junk':
      return { kind, isNot };
    case 'header':
      return { kind, isNot, comparison, texts, name: line.name };
    default:
      return { kind, isNot, comparison, texts };
  }
}

function toAction({ kind, value }: ActionDraft): RuleAction {
  switch (kind) {
    case 'file':
      return { kind, mailbox: value.trim() };
    case 'copy':
    case 'redirect':
      return { kind: 'forward', address: value.trim(), keepsCopy: kind === 'copy' };
    case 'reject':
      return { kind, text: value };
    default:
      return { kind };
  }
}

/** A comma within a text is doubled. */
export function splitTexts(value: string): string[] {
  return value
    .replaceAll(',,', '\0')
    .split(',')
    .map((text) => text.replaceAll('\0', ',').trim())
    .filter((text) => text !== '');
}

function joinTexts(texts: readonly string[]): string {
  return texts.map((text) => text.replaceAll(',', ',,')).join(', ');
}

function octetsOf(value: string): number {
  const octets = Math.round(Number(value.replace(',', '.')) * MEBIBYTE);
  return Number.isFinite(octets) ? octets : 0;
}
