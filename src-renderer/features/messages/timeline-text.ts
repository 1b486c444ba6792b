/** Timelines and lists of messages as files to keep or send on. */
import type { MessageRow, MessageTimeline } from '../../../src-main/contract/messages.ts';
import { t } from '../../locales/text.ts';
import { toCsv } from '../../ui/csv.ts';
import { subjectText } from '../shared/message-subject.ts';
import { describeStep } from './message-words.ts';

/** In the words of the page. */
export function timelineAsText({ summary, events }: MessageTimeline): string {
  const head = [
    `${t('messages.subject')}: ${subjectText(summary.subject)}`,
    `${t('messages.from')}: ${summary.author === '' ? summary.reversePath : summary.author}`,
    `${t('messages.to')}: ${summary.recipients.join(', ')}`,
    `Message-ID: ${summary.messageId ?? '-'}`,
    `${t('messages.traceId')}: ${summary.traceId}`,
    `${t('messages.state')}: ${t(`messages.states.${summary.state}`)}`,
  ];
  const steps = events.map((event) => {
    const { title, facts } = describeStep(event);
    return [`${new Date(event.at).toISOString()}  ${title}`, ...facts.map((fact) => `    ${fact}`)].join(
      '\n',
    );
  });
  return [...head, '', ...steps, ''].join('\n');
}

export function timelineAsJson(timeline: MessageTimeline): string {
  return `${JSON.stringify(timeline, null, 2)}\n`;
}

export function rowsAsCsv(rows: readonly MessageRow[]): string {
  const head = ['time', 'from', 'to', 'subject', 'size', 'state', 'messageId', 'traceId'] as const;
  const names = head.map((name) => (name === 'messageId' ? 'Message-ID' : t(`messages.${name}`)));
  return toCsv([names, ...rows.map(cellsOf)]);
}

function cellsOf(row: MessageRow): readonly string[] {
  return [
    new Date(row.receivedAt).toISOString(),
    row.author === '' ? row.reversePath : row.author,
    row.recipients.join(' '),
    subjectText(row.subject),
    String(row.sizeBytes),
    t(`messages.states.${row.state}`),
    row.messageId ?? '',
    row.traceId,
  ];
}
