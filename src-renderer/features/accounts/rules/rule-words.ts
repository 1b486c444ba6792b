/** Rules in plain words. */
import type { AutoReply, MailRule, RuleAction, RuleCondition } from '../../../../src-main/contract/sieve.ts';
import { t } from '../../../locales/text.ts';
import { formatBytes } from '../../../ui/format.ts';

export function ruleSentence(rule: MailRule): string {
  const actions = rule.actions.map(actionWords);
  if (rule.stops) actions.push(t('sieve.stops'));
  const does = actions.length === 0 ? t('sieve.nothing') : join('then', actions);
  if (rule.conditions.length === 0) return t('sieve.always', { actions: does });
  const conditions = join(rule.matches === 'any' ? 'or' : 'and', rule.conditions.map(conditionWords));
  return t('sieve.sentence', { conditions, actions: does });
}

function join(by: 'and' | 'or' | 'then', words: readonly string[]): string {
  return words.reduce((first, second) => t(`sieve.${by}`, { first, second }));
}

function conditionWords(condition: RuleCondition): string {
  const words = positiveWords(condition);
  return condition.isNot ? t('sieve.not', { condition: words }) : words;
}

function positiveWords(condition: RuleCondition): string {
  switch (condition.kind) {
    case 'from':
    case 'to':
    case 'subject':
      return t(`sieve.texts.${condition.kind}`, comparedWords(condition));
    case 'header':
      return t('sieve.texts.header', { ...comparedWords(condition), name: condition.name });
    case 'size':
      return t('sieve.texts.size', { size: formatBytes(condition.overOctets) });
    case 'list':
      return condition.texts.length === 0
        ? t('sieve.texts.anyList')
        : t('sieve.texts.list', { texts: quoted(condition.texts) });
    case 'attachment':
    case 'junk':
      return t(`sieve.texts.${condition.kind}`);
  }
}

function comparedWords(condition: { comparison: 'contains' | 'is' | 'matches'; texts: readonly string[] }) {
  return { comparison: t(`sieve.comparisons.${condition.comparison}`), texts: quoted(condition.texts) };
}

function quoted(texts: readonly string[]): string {
  return texts.map((text) => `“${text}”`).join(', ');
}

function actionWords(action: RuleAction): string {
  switch (action.kind) {
    case 'file':
      return t('sieve.does.file', { mailbox: action.mailbox });
    case 'forward':
      return t(action.keepsCopy ? 'sieve.does.copy' : 'sieve.does.redirect', { address: action.address });
    case 'reject':
      return t('sieve.does.reject', { text: action.text.trim() });
    case 'flag':
    case 'markRead':
    case 'discard':
      return t(`sieve.does.${action.kind}`);
  }
}

/** When answers are sent, and how often. */
export function replyFacts({ from, until, days }: AutoReply): readonly string[] {
  return [
    ...(from === null ? [] : [t('sieve.replyStarts', { day: from })]),
    until === null ? t('sieve.replyAlways') : t('sieve.replyEnds', { day: until }),
    t('sieve.replyEvery', { count: days }),
  ];
}
