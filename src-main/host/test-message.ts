/** The message that Setup sends at its end: an ordinary one, through the queue, so that its timeline shows the real way. */
import { formatDateTime } from '../format/date-time.ts';
import type { Clock } from '../base/clock.ts';
import type { MakeId } from '../base/ids.ts';
import type { AccountId, Directory } from '../directory/port.ts';
import type { MessageReceiver } from '../mail/content/message-receiver.ts';
import type { TraceId } from '../mail/events.ts';
import type { MessageQueue } from '../mail/queue/port.ts';

export interface TestMessageOptions {
  readonly directory: Directory;
  readonly queue: MessageQueue;
  readonly receiver: MessageReceiver;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly hostname: () => string;
}

/** Queues a test message to the account; resolves with its trace id after the commit. */
export async function sendTestMessage(options: TestMessageOptions, to: AccountId): Promise<TraceId> {
  const account = await options.directory.getAccount(to);
  if (account === null) throw new Error(`no account ${to}`);
  const id = options.makeId();
  const at = options.clock.now();
  const writer = options.receiver.begin();
  await writer.write(new TextEncoder().encode(composeText(options, { id, at, address: account.address })));
  const content = await writer.finish();
  const recipients = [account.address];
  await options.queue.enqueue({
    id,
    content,
    reversePath: account.address,
    receivedAt: at,
    origin: 'submission',
    smtpUtf8: false,
    recipients,
    events: [
      {
        type: 'received',
        traceId: id,
        at,
        via: 'submission',
        reversePath: account.address,
        recipients,
        sizeBytes: content.sizeBytes,
      },
      { type: 'queued', traceId: id, at, recipients },
    ],
  });
  return id;
}

function composeText(
  options: TestMessageOptions,
  message: { id: TraceId; at: number; address: string },
): string {
  const hostname = options.hostname();
  return [
    `Date: ${formatDateTime(message.at)}`,
    `From: Postroom <${message.address}>`,
    `To: <${message.address}>`,
    'Subject: Postroom test message',
    `Message-ID: <${message.id}@${hostname}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    '',
    `This message went through ${hostname}: into the queue, through routing, into your INBOX.`,
    'If you can read it in your mail program, receiving works.',
    '',
  ].join('\r\n');
}
