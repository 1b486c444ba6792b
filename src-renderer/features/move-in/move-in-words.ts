/** Words and figures of a move-in: what becomes of each thing, how far it is. */
import type { MoveInItem, MoveInJob, MovingMailbox } from '../../../src-main/contract/move-in.ts';
import { t } from '../../locales/text.ts';
import { formatNumber } from '../../ui/format.ts';
import type { Tone } from '../../ui/StatusMark.vue';

export const TONE_OF_ITEM: Readonly<Record<MoveInItem['state'], Tone>> = {
  comes: 'ok',
  exists: 'off',
  byHand: 'warning',
  cannot: 'error',
};

export const TONE_OF_JOB: Readonly<Record<MoveInJob['state'], Tone>> = {
  settingUp: 'busy',
  running: 'busy',
  done: 'ok',
  cancelled: 'off',
  failed: 'error',
};

export const TONE_OF_MAILBOX: Readonly<Record<MovingMailbox['state'], Tone>> = {
  waiting: 'idle',
  running: 'busy',
  done: 'ok',
  cancelled: 'off',
  overQuota: 'warning',
  failed: 'error',
};

/** Somebody has to do something about it, or do without it. */
export function isLeft({ state }: MoveInItem): boolean {
  return state === 'byHand' || state === 'cannot';
}

export function reasonText({ reason, detail, name }: MoveInItem): string {
  return reason === null ? '' : t(`moveIn.reasons.${reason}`, { detail, name });
}

export function planSummary(items: readonly MoveInItem[]): string {
  const accounts = items.filter(({ kind }) => kind === 'account');
  const moving = accounts.filter((item) => !isLeft(item));
  const messages = moving.reduce((sum, item) => sum + (item.messages ?? 0), 0);
  const left = items.filter(isLeft).length;
  return [
    t('moveIn.plan.newAccounts', { count: accounts.filter(({ state }) => state === 'comes').length }),
    t('moveIn.plan.oldAccounts', { count: accounts.filter(({ state }) => state === 'exists').length }),
    ...(messages > 0 ? [t('moveIn.plan.messages', { count: messages })] : []),
    ...(left > 0 ? [t('moveIn.plan.left', { count: left })] : []),
  ].join(' ');
}

export function runSummary({ accounts }: MoveInJob): string {
  const isOver = ({ state }: MovingMailbox) => state !== 'waiting' && state !== 'running';
  const sum = (key: 'messages' | 'skipped' | 'unreadable') =>
    formatNumber(accounts.reduce((total, account) => total + account[key], 0));
  return t('moveIn.run.sum', {
    done: formatNumber(accounts.filter(isOver).length),
    total: formatNumber(accounts.length),
    ...{ messages: sum('messages'), skipped: sum('skipped'), unreadable: sum('unreadable') },
  });
}

/** By messages where their sum is known, else by accounts. */
export function runShare({ accounts }: MoveInJob): { max: number; value?: number } {
  const total = accounts.reduce((sum, { totalMessages }) => sum + (totalMessages ?? 0), 0);
  if (total === 0 || accounts.some(({ totalMessages }) => totalMessages === null)) {
    const over = accounts.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
    return { max: Math.max(1, accounts.length), value: over };
  }
  return { max: total, value: accounts.reduce((sum, account) => sum + handled(account), 0) };
}

export function mailboxShare(account: MovingMailbox): { max: number; value?: number } {
  const { totalMessages } = account;
  if (totalMessages === null) return { max: 1 };
  return { max: Math.max(1, totalMessages), value: handled(account) };
}

function handled({ messages, skipped, unreadable }: MovingMailbox): number {
  return messages + skipped + unreadable;
}

export function mailboxCount({ messages, totalMessages, state }: MovingMailbox): string {
  if (totalMessages === null || state === 'done') return formatNumber(messages);
  return t('moveIn.run.of', { done: formatNumber(messages), total: formatNumber(totalMessages) });
}

const ORDER: readonly MovingMailbox['state'][] = [
  'running',
  'failed',
  'overQuota',
  'cancelled',
  'waiting',
  'done',
];

/** What is under way and what needs somebody first. */
export function inOrder(accounts: readonly MovingMailbox[]): readonly MovingMailbox[] {
  return [...accounts].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
}
