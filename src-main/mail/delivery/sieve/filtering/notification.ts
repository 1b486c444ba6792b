/**
 * Notify: the message that `notify` with a mailto URI asks for (RFC 5435, RFC 5436).
 *
 * Flow: outcome of the scripts → here → FilterMessage. Invariants: a notice is never given of a notice (RFC 5436 §4); its
 * reverse-path is null, so its failure tells nobody.
 */
import { parseMailto } from '../../../../format/mailto.ts';
import type { FilterMessage } from '../../port.ts';
import { decodedValue } from '../running/edited-header.ts';
import type { NotifyAction } from '../running/outcome.ts';
import { addressOf, formatAutomaticMessage } from './automatic-message.ts';
import type { FilterContext } from './filter-context.ts';
import { needsSmtpUtf8 } from './vacation-answer.ts';

/** Recipients of one notice. */
const MAX_RECIPIENTS = 10;

const IMPORTANCE = { 1: 'High', 2: 'Normal', 3: 'Low' } as const;

export function composeNotification(context: FilterContext, action: NotifyAction): FilterMessage | null {
  const { request, header } = context;
  const target = parseMailto(action.method);
  // RFC 5436 §4: notices about notices would never end.
  const isAutomatic = header.named('Auto-Submitted').some(({ value }) => !/^no\b/i.test(value));
  if (target === null || isAutomatic) return null;
  const { account, at } = request;
  const author = header.named('From').map(decodedValue)[0] ?? request.entry.reversePath;
  const subject = header.named('Subject').map(decodedValue)[0] ?? '';
  const recipients = [...target.to, ...target.cc, ...target.bcc].slice(0, MAX_RECIPIENTS);
  const octets = formatAutomaticMessage({
    at,
    zoneMinutes: context.zoneMinutesAt(at),
    messageId: context.makeMessageId(),
    from: action.from ?? account.address,
    to: target.to,
    cc: target.cc,
    // RFC 5436 §2.4: what the URI says, then :message.
    subject: target.subject ?? action.message ?? `New message from ${author}`,
    // RFC 5436 §2.7.1
    autoSubmitted: `auto-notified; owner-email="${account.address}"`,
    fields: [
      `Importance: ${IMPORTANCE[action.importance]}`,
      `X-Priority: ${2 * action.importance - 1}`,
      ...target.fields.map(({ name, value }) => `${name}: ${value.replace(/[\r\n]+/g, ' ')}`),
    ],
    body: {
      kind: 'text',
      text:
        target.body ??
        [action.message, `From: ${author}`, `Subject: ${subject}`]
          .filter((line) => line !== null)
          .join('\r\n'),
    },
  });
  const smtpUtf8 = needsSmtpUtf8([...recipients, addressOf(action.from ?? account.address)]);
  return { reversePath: '', recipients, octets, smtpUtf8, kind: 'notification' };
}
