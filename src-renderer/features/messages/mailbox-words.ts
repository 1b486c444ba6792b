/** Words for what became of a message in mailboxes, and for its ties with other messages. */
import type { TimelineEvent } from '../../../src-main/contract/messages.ts';
import { t } from '../../locales/text.ts';
import type { Tone } from '../../ui/StatusMark.vue';
import type { Step } from './step.ts';

type EventOf<Type extends TimelineEvent['type']> = Extract<TimelineEvent, { type: Type }>;

export function describeMailboxStep(
  event: EventOf<'moved' | 'copied' | 'expunged' | 'bouncedBack' | 'follows' | 'read'>,
): Step {
  switch (event.type) {
    case 'moved':
    case 'copied':
      return describeMove(event);
    case 'expunged':
      return { ...plain(t('timeline.expunged', { ...event })), tone: 'off' };
    case 'bouncedBack':
      return describeForeignDsn(event);
    case 'follows':
      return { ...plain(t(`timeline.follows.${event.as}`)), traceId: event.originTraceId };
    case 'read':
      return describeReading(event);
  }
}

function describeReading({ by, sessionId, ...place }: EventOf<'read'>): Step {
  const title = t(by === 'imap' ? 'timeline.readImap' : 'timeline.readPop3', { ...place });
  return { ...plain(title), sessionId: sessionId ?? null };
}

function describeMove(event: EventOf<'moved' | 'copied'>): Step {
  const { type, account, mailbox, to, toAccount, lesson } = event;
  const title =
    toAccount === undefined
      ? t(`timeline.${type}`, { account, mailbox, to })
      : t(`timeline.${type}Away`, { account, mailbox, to, toAccount });
  return { ...plain(title), facts: lesson === undefined ? [] : [t(`timeline.lessons.${lesson}`)] };
}

const DSN_TONES: Readonly<Record<EventOf<'bouncedBack'>['action'], Tone>> = {
  failed: 'error',
  delayed: 'warning',
  delivered: 'ok',
  relayed: 'ok',
  expanded: 'ok',
};

function describeForeignDsn(event: EventOf<'bouncedBack'>): Step {
  const { action, recipient, reportingMta, status, diagnostic, dsnTraceId } = event;
  const mta = reportingMta === '' ? t('timeline.unknownRemote') : reportingMta;
  return {
    ...plain(t(`timeline.bouncedBack.${action}`, { mta, recipient })),
    tone: DSN_TONES[action],
    facts: [status, diagnostic].filter((fact) => fact !== ''),
    traceId: dsnTraceId,
  };
}

function plain(title: string): Step {
  return { tone: 'idle', title, facts: [], sessionId: null };
}
