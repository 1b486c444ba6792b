/** Words and colours for what waits. */
import type {
  QueueFilter,
  QueueGroup,
  QueueRow,
  QueueState,
  QueuedRecipient,
} from '../../../src-main/contract/queue.ts';
import { type MessageKey, t } from '../../locales/text.ts';
import { formatDuration, formatList, formatRelativeTime } from '../../ui/format.ts';
import type { Tone } from '../../ui/StatusMark.vue';
import { replyText } from '../shared/reply-help.ts';

export const QUEUE_STATES: readonly QueueState[] = ['queued', 'active', 'deferred', 'held'];

export const STATE_TONES: Readonly<Record<QueueState, Tone>> = {
  queued: 'idle',
  active: 'busy',
  deferred: 'warning',
  held: 'off',
};

export function senderOf({ reversePath }: Pick<QueueRow, 'reversePath'>): string {
  return reversePath === '' ? t('messages.nobody') : reversePath;
}

export function domainOf({ address }: Pick<QueuedRecipient, 'address'>): string {
  return address.slice(address.lastIndexOf('@') + 1).toLowerCase();
}

export function lastReply({ lastOutcome }: Pick<QueuedRecipient, 'lastOutcome'>): string {
  return lastOutcome === null ? t('queue.notTried') : replyText(lastOutcome);
}

export function nextAttempt(recipient: QueuedRecipient, now: number): string {
  if (recipient.state === 'held') return '–';
  if (recipient.state === 'active' || recipient.nextAttemptAt <= now) return t('queue.now');
  return formatRelativeTime(recipient.nextAttemptAt, now);
}

export function waitingTime({ receivedAt }: Pick<QueueRow, 'receivedAt'>, now: number): string {
  return formatDuration(Math.max(0, now - receivedAt));
}

export function sizeOf(group: QueueGroup): number {
  return group.queued + group.active + group.deferred + group.held;
}

/** `12 deferred, 3 held` */
export function countsOf(group: QueueGroup): string {
  const parts = QUEUE_STATES.filter((state) => group[state] > 0);
  return formatList(parts.map((state) => t(`queue.counts.${state}`, { count: group[state] })));
}

/** What a filter asks for, in words; empty for everything. */
export function filterWords({ state, domain, reply, text = '' }: QueueFilter): readonly string[] {
  const named = (name: MessageKey, value: string) => t('queue.named', { name: t(name), value });
  const words: string[] = [];
  if (state !== null && state !== undefined) words.push(named('queue.state', t(`queue.states.${state}`)));
  if (domain !== null && domain !== undefined) words.push(named('queue.nextHop', domain));
  if (reply !== null && reply !== undefined) words.push(named('queue.why', replyWords(reply)));
  if (text !== '') words.push(`“${text}”`);
  return words;
}

/** A group's reply, `status diagnostic`, as one reads it. */
export function replyWords(reply: string): string {
  if (reply === '') return t('queue.notTried');
  const [status = '', ...diagnostic] = reply.split(' ');
  return replyText({ status, diagnostic: diagnostic.join(' ') });
}
