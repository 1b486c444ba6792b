/** Words for rows of the messages list and for the steps of a timeline. */
import type {
  AttemptTls,
  MessageRow,
  MessageState,
  TimelineEvent,
} from '../../../src-main/contract/messages.ts';
import { FIXED_RULES } from '../../../src-main/contract/relay.ts';
import { t } from '../../locales/text.ts';
import { formatDay, formatList } from '../../ui/format.ts';
import type { Tone } from '../../ui/StatusMark.vue';
import { replyText } from '../shared/reply-help.ts';
import { describeMailboxStep } from './mailbox-words.ts';
import { describeScreening } from './screening-words.ts';
import type { Step } from './step.ts';

export const MESSAGE_TONES: Readonly<Record<MessageState, Tone>> = {
  waiting: 'busy',
  done: 'ok',
  failed: 'error',
  deleted: 'off',
};

export function senderOf(row: MessageRow): string {
  if (row.author !== '') return row.author;
  return row.reversePath === '' ? t('messages.nobody') : row.reversePath;
}

/** The author's name alone, where there is one: for lists. */
export function senderName(row: MessageRow): string {
  return senderOf(row).replace(/^"?([^"<]*[^"<\s])"?\s*<[^<>]*>$/, '$1');
}

export function recipientsOf(row: MessageRow): string {
  const [first = '', ...others] = row.recipients;
  return others.length === 0 ? first : t('messages.andMore', { first, count: others.length });
}

type EventOf<Type extends TimelineEvent['type']> = Extract<TimelineEvent, { type: Type }>;

/** One event of a timeline in plain words. */
export function describeStep(event: TimelineEvent): Step {
  switch (event.type) {
    case 'received':
      return describeReceived(event);
    case 'repaired':
      return plain(t('timeline.repaired', { what: formatList(event.what.map(repairName)) }));
    case 'screened':
    case 'quarantined':
    case 'quarantineReleased':
    case 'quarantineRemoved':
      return describeScreening(event);
    case 'queued':
      return plain(t('timeline.queued', { count: event.recipients.length }));
    case 'expanded':
      return plain(
        t(`timeline.expanded.${event.by}`, { recipient: event.recipient, into: formatList(event.into) }),
      );
    case 'awaitsModeration':
    case 'moderationAnswered':
      return describeModeration(event);
    case 'filtered':
    case 'discarded':
    case 'forwarded':
    case 'forwardingLoop':
    case 'answered':
      return describeFiltering(event);
    case 'attempted':
      return describeAttempt(event);
    case 'bounced':
      return describeBounce(event);
    case 'unreported':
      return describeSilence(event);
    case 'held':
    case 'released':
    case 'removed':
    case 'heldByRule':
    case 'nextHopChanged':
    case 'recipientChanged':
    case 'recipientAdded':
    case 'returned':
      return describeSteering(event);
    case 'finished':
      return { ...plain(t('timeline.finished')), tone: 'ok' };
    default:
      return describeMailboxStep(event);
  }
}

function repairName(what: EventOf<'repaired'>['what'][number]): string {
  return t(`timeline.${what}`);
}

function describeSilence({ why, recipients }: EventOf<'unreported'>): Step {
  const title = why === 'nullReversePath' ? 'timeline.unreportedNull' : 'timeline.unreportedNotAsked';
  return { ...plain(t(title, { recipients: formatList(recipients) })), tone: 'warning' };
}

function describeModeration(event: EventOf<'awaitsModeration' | 'moderationAnswered'>): Step {
  const { group } = event;
  if (event.type === 'awaitsModeration') {
    const { asked } = event;
    const title =
      asked.length === 0
        ? t('timeline.awaitsModeration', { group })
        : t('timeline.moderatorsAsked', { group, asked: formatList(asked) });
    return { ...plain(title), tone: 'warning' };
  }
  const { by, decision } = event;
  return plain(t(`timeline.moderation.${decision ?? 'decidedAlready'}`, { group, by }));
}

/** What an administrator, or a rule of theirs, did to it in the queue. */
function describeSteering(event: EventOf<SteeringEvent>): Step {
  switch (event.type) {
    case 'released':
      if (event.group !== undefined) {
        const { by, group } = event;
        return { ...plain(t('timeline.approved', { by, group })), tone: STEERED_TONES.released };
      }
      return { ...plain(t('timeline.released', { ...event })), tone: STEERED_TONES.released };
    case 'held':
    case 'removed':
      return { ...plain(t(`timeline.${event.type}`, { ...event })), tone: STEERED_TONES[event.type] };
    case 'heldByRule':
      return { ...plain(t('timeline.heldByRule', { ...event })), tone: 'off' };
    case 'nextHopChanged': {
      const { by, recipient, nextHop } = event;
      if (nextHop === null) return plain(t('timeline.nextHopNormal', { by, recipient }));
      return plain(t('timeline.nextHopChosen', { by, recipient, nextHop }));
    }
    case 'recipientChanged':
    case 'recipientAdded':
      return plain(t(`timeline.${event.type}`, { ...event }));
    case 'returned':
      return { ...plain(t('timeline.returned', { ...event })), tone: 'error' };
  }
}

type SteeringEvent =
  | 'held'
  | 'released'
  | 'removed'
  | 'heldByRule'
  | 'nextHopChanged'
  | 'recipientChanged'
  | 'recipientAdded'
  | 'returned';

/** What the account's own rules and settings did. */
function describeFiltering(
  event: EventOf<'filtered' | 'discarded' | 'forwarded' | 'forwardingLoop' | 'answered'>,
): Step {
  const { account } = event;
  switch (event.type) {
    case 'filtered':
      return { ...plain(t('timeline.filtered', { account })), facts: event.rules };
    case 'discarded':
      return { ...plain(t('timeline.discarded', { account, rule: event.rule })), tone: 'off' };
    case 'forwarded': {
      const title = t('timeline.forwarded', { account, to: formatList(event.to) });
      return { ...plain(title), traceId: event.followingTraceId };
    }
    case 'forwardingLoop':
      return { ...plain(t('timeline.forwardingLoop', { account })), tone: 'warning' };
    case 'answered': {
      const title = t(`timeline.answered.${event.kind}`, { account, to: formatList(event.to) });
      return { ...plain(title), traceId: event.followingTraceId };
    }
  }
}

const STEERED_TONES = { held: 'off', released: 'idle', removed: 'error' } as const;

function describeReceived(event: EventOf<'received'>): Step {
  const remote = event.remoteAddress ?? t('timeline.unknownRemote');
  const isOwn = event.remoteAddress === undefined;
  const title = isOwn
    ? t('timeline.receivedOwn')
    : event.via === 'submission'
      ? t('timeline.receivedSubmission', { account: event.account ?? remote })
      : t('timeline.receivedReception', { remote });
  const facts = [
    ...(event.via === 'submission' && !isOwn ? [remote] : []),
    ...(event.remoteName === undefined ? [] : [t('timeline.remoteName', { name: event.remoteName })]),
    ...describeRules(event.rules ?? []),
    ...(isOwn ? [] : [event.tls === undefined ? t('timeline.noTls') : t('timeline.tls', { ...event.tls })]),
  ];
  return { tone: 'idle', title, facts, sessionId: event.sessionId ?? null };
}

const FIXED_NAMES: readonly string[] = Object.values(FIXED_RULES);

/** Only rules that somebody wrote: that our own recipients get their mail goes without saying. */
function describeRules(rules: readonly string[]): readonly string[] {
  const written = [...new Set(rules)].filter((name) => !FIXED_NAMES.includes(name));
  return written.length === 0 ? [] : [t('timeline.allowedBy', { rules: formatList(written) })];
}

const OUTCOME_TONES = { delivered: 'ok', relayed: 'ok', deferred: 'warning', failed: 'error' } as const;

function describeAttempt({ outcome, ...event }: EventOf<'attempted'>): Step {
  const facts = [
    ...(outcome.kind === 'delivered' ? [] : [replyText(outcome)]),
    ...(event.attempt > 1 || outcome.kind !== 'delivered'
      ? [t('timeline.attempt', { count: event.attempt })]
      : []),
    ...(event.tls === undefined ? [] : describeTls(event.tls)),
  ];
  return {
    tone: OUTCOME_TONES[outcome.kind],
    title: attemptTitle(event, outcome),
    facts,
    sessionId: event.sessionId ?? null,
  };
}

/** What the server's certificate was, and what the domain had asked for. */
function describeTls({ policy, version, provedBy, problem, certificate }: AttemptTls): readonly string[] {
  const proof =
    provedBy === null
      ? t('timeline.tlsUnproved', { version: version ?? 'TLS', problem: problem ?? '' })
      : t('timeline.tlsProved', { version: version ?? 'TLS', proof: provedBy });
  return [
    ...(version === null && problem === null ? [t('timeline.tlsNone')] : [proof]),
    ...(certificate === null
      ? []
      : [
          t('timeline.certificate', {
            subject: certificate.subject,
            issuer: certificate.issuer,
            from: formatDay(certificate.notBefore),
            until: formatDay(certificate.notAfter),
          }),
          `SHA-256 ${certificate.fingerprint}`,
        ]),
    ...(policy === 'none' ? [] : [t('timeline.tlsPolicy', { policy })]),
  ];
}

const BOUNCE_TITLES = {
  failed: 'timeline.bouncedFailed',
  delayed: 'timeline.bouncedDelayed',
  delivered: 'timeline.bouncedDelivered',
  relayed: 'timeline.bouncedDelivered',
} as const;

function describeBounce({ action, to, recipients, dsnTraceId }: EventOf<'bounced'>): Step {
  const title = t(BOUNCE_TITLES[action], { to, recipients: formatList(recipients) });
  return { ...plain(title), traceId: dsnTraceId };
}

function attemptTitle(
  event: Omit<EventOf<'attempted'>, 'outcome'>,
  outcome: EventOf<'attempted'>['outcome'],
): string {
  const { recipient } = outcome;
  if (outcome.kind === 'relayed') return t('timeline.relayed', { recipient, mta: outcome.remoteMta ?? '' });
  if (outcome.kind !== 'delivered') return t(`timeline.${outcome.kind}`, { recipient });
  const { account, mailbox, handedTo } = event;
  if (account !== undefined && handedTo !== undefined) {
    return t('timeline.handedOver', { account, place: handedTo });
  }
  if (account === undefined || mailbox === undefined) return t('timeline.deliveredPlain', { recipient });
  return t(event.isShared === true ? 'timeline.deliveredShared' : 'timeline.delivered', { account, mailbox });
}

function plain(title: string): Step {
  return { tone: 'idle', title, facts: [], sessionId: null };
}
