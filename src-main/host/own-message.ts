/** Messages that Postroom itself writes to an account: ordinary ones, through the queue, so that their timelines show the real way. */
import { formatDateTime } from '../format/date-time.ts';
import type { Clock } from '../base/clock.ts';
import type { NoticeLanguage } from '../base/notice-language.ts';
import type { MakeId } from '../base/ids.ts';
import type { Account } from '../directory/port.ts';
import { formatEncodedWords } from '../format/encoded-word.ts';
import type { MessageReceiver } from '../mail/content/message-receiver.ts';
import type { TraceId } from '../mail/events.ts';
import type { NoticeText } from './notices/notice-text.ts';
import type { MessageQueue } from '../mail/queue/port.ts';

export interface OwnMessageOptions {
  readonly queue: Pick<MessageQueue, 'enqueue'>;
  readonly receiver: MessageReceiver;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly hostname: () => string;
  /** In which people are written to. */
  readonly language: () => NoticeLanguage;
}

/** Lines of at most 998 octets. */
export interface OwnMessage extends NoticeText {
  readonly to: Pick<Account, 'address'>;
  /** A reply to it is for somebody; empty: nobody is to answer (RFC 3834 §2). */
  readonly reversePath: string;
}

/** Queues the message; resolves with its trace id after the commit. */
export async function sendOwnMessage(options: OwnMessageOptions, message: OwnMessage): Promise<TraceId> {
  const id = options.makeId();
  const at = options.clock.now();
  const writer = options.receiver.begin();
  await writer.write(new TextEncoder().encode(composeText(options, message, { id, at })));
  const content = await writer.finish();
  const recipients = [message.to.address];
  const { reversePath } = message;
  const { sizeBytes } = content;
  const received = {
    type: 'received',
    traceId: id,
    at,
    via: 'submission',
    reversePath,
    recipients,
    sizeBytes,
  } as const;
  await options.queue.enqueue({
    id,
    content,
    reversePath,
    receivedAt: at,
    origin: 'submission',
    smtpUtf8: false,
    recipients,
    events: [received, { type: 'queued', traceId: id, at, recipients }],
  });
  return id;
}

function composeText(
  { hostname, language }: OwnMessageOptions,
  { to, subject, lines, html, reversePath }: OwnMessage,
  { id, at }: { id: TraceId; at: number },
): string {
  return [
    `Date: ${formatDateTime(at)}`,
    `From: Postroom <${reversePath === '' ? `postmaster@${domainOf(to.address)}` : reversePath}>`,
    `To: <${to.address}>`,
    `Subject: ${formatEncodedWords(subject)}`,
    `Message-ID: <${id}@${hostname()}>`,
    // RFC 3282 §2
    `Content-Language: ${language()}`,
    'MIME-Version: 1.0',
    // RFC 3834 §5
    ...(reversePath === '' ? ['Auto-Submitted: auto-generated'] : []),
    ...(html === undefined ? textPart('plain', lines) : alternatives(lines, html, id)),
    '',
  ].join('\r\n');
}

function textPart(subtype: 'plain' | 'html', lines: readonly string[]): readonly string[] {
  const type = `Content-Type: text/${subtype}; charset=utf-8`;
  return [type, 'Content-Transfer-Encoding: 8bit', '', ...lines];
}

/** RFC 2046 §5.1.4: the plainest first. The id is unguessable, so that no line of the content is a boundary. */
function alternatives(lines: readonly string[], html: readonly string[], id: TraceId): readonly string[] {
  const boundary = `=_${id}`;
  return [
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    ...textPart('plain', lines),
    `--${boundary}`,
    ...textPart('html', html),
    `--${boundary}--`,
  ];
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}
