/** Words and colours for what waits. */
import type {
  AttemptProgress,
  HoldRule,
  QueueFilter,
  QueueGroup,
  QueueRow,
  QueueState,
  QueuedRecipient,
} from '../../../src-main/contract/queue.ts';
import { type MessageKey, t } from '../../locales/text.ts';
import { formatBytes, formatDuration, formatList, formatRelativeTime } from '../../ui/format.ts';
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

export function lastReply({ lastOutcome }: Pick<QueuedRecipient, 'lastOutcome'>): string {
  return lastOutcome === null ? t('queue.notTried') : replyText(lastOutcome);
}

/** What an attempt is busy with. */
export function progressWords({ phase, host = '', percent = 0 }: AttemptProgress): string {
  return t(`queue.phases.${phase}`, { host, percent: String(percent) });
}

/** Why it waits, or how far it is. */
export function whyWords(recipient: QueuedRecipient): string {
  const { progress, heldBy, moderatedGroup, state } = recipient;
  if (progress !== null) return progressWords(progress);
  if (state === 'held' && moderatedGroup !== null) return t('queue.moderated', { group: moderatedGroup });
  return heldBy === null ? lastReply(recipient) : heldText(heldBy);
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
export function filterWords({ state, nextHop, reply, text = '' }: QueueFilter): readonly string[] {
  const named = (name: MessageKey, value: string) => t('queue.named', { name: t(name), value });
  const words: string[] = [];
  if (state !== null && state !== undefined) words.push(named('queue.state', t(`queue.states.${state}`)));
  if (nextHop !== null && nextHop !== undefined) words.push(named('queue.nextHop', nextHop));
  if (reply !== null && reply !== undefined) words.push(named('queue.why', replyWords(reply)));
  if (text !== '') words.push(`“${text}”`);
  return words;
}

/** What a hold rule asks. */
export function ruleWords({ sender, recipient, client, account, largerThanBytes }: HoldRule): string {
  return formatList([
    ...(sender === null
      ? []
      : [sender === '' ? t('queue.rules.fromNobody') : t('queue.rules.fromSender', { value: sender })]),
    ...(recipient === null ? [] : [t('queue.rules.toRecipient', { value: recipient })]),
    ...(client === null ? [] : [t('queue.rules.fromClient', { value: client })]),
    ...(account === null ? [] : [t('queue.rules.fromAccount', { value: account })]),
    ...(largerThanBytes === null
      ? []
      : [t('queue.rules.largerThan', { value: formatBytes(largerThanBytes) })]),
  ]);
}

/** A group's reply, `status diagnostic`, as one reads it. */
export function replyWords(reply: string): string {
  if (reply === '') return t('queue.notTried');
  const [status = '', ...diagnostic] = reply.split(' ');
  return replyText({ status, diagnostic: diagnostic.join(' ') });
}

/** `held_by` of what a restore brought back: no rule has this name. */
const HELD_AFTER_RESTORE = '(restored)';

/** Why it is held: by which rule, or since a restore. */
export function heldText(heldBy: string): string {
  return heldBy === HELD_AFTER_RESTORE ? t('queue.heldAfterRestore') : t('queue.heldBy', { rule: heldBy });
}
