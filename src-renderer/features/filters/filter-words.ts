/** Words for rules, engines and points. */
import type { Engine, ScreeningRule } from '../../../src-main/contract/screening.ts';
import { t } from '../../locales/text.ts';
import { formatBytes, formatList } from '../../ui/format.ts';

/** What can be done with what is kept apart. */
export type QuarantineAction = 'release' | 'releaseAndLearn' | 'remove';

/** `+1.5`, `−0.5`, `0` */
export function formatPoints(weight: number): string {
  if (weight === 0) return '0';
  return `${weight > 0 ? '+' : '−'}${String(Math.abs(weight))}`;
}

/** `Junk from shop.example with “casino” in the text` */
export function ruleSentence(rule: ScreeningRule): string {
  const { sender, recipient, client, header, body, attachment, largerThanBytes } = rule;
  const conditions = [
    ...(sender === undefined ? [] : [t('filters.rules.ofSender', { value: sender })]),
    ...(recipient === undefined ? [] : [t('filters.rules.ofRecipient', { value: recipient })]),
    ...(client === undefined ? [] : [t('filters.rules.ofClient', { value: client })]),
    ...(header === undefined
      ? []
      : [t('filters.rules.ofHeader', { name: header.name, value: header.pattern })]),
    ...(body === undefined ? [] : [t('filters.rules.ofBody', { value: body })]),
    ...(attachment === undefined ? [] : [t('filters.rules.ofAttachment', { value: attachment })]),
    ...(largerThanBytes === undefined
      ? []
      : [t('filters.rules.ofSize', { value: formatBytes(largerThanBytes) })]),
  ];
  const points = formatPoints(rule.points ?? 0);
  return t(`filters.rules.does.${rule.action}`, { what: formatList(conditions), points });
}

export function placeOf({ target }: Engine): string {
  return target.kind === 'local' ? target.path : `${target.host}:${target.port}`;
}
