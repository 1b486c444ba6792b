/** ENVELOPE: the header data of a message as FETCH answers it (RFC 9051 §7.5.2). */
import type { IndexedAddress, IndexedEnvelope } from '../../../format/message-index.ts';
import { formatNstring } from './format.ts';

export function formatEnvelope(envelope: IndexedEnvelope, isUtf8: boolean): string {
  const from = formatAddresses(envelope.from, isUtf8);
  return `(${[
    formatNstring(envelope.date, isUtf8),
    formatNstring(envelope.subject, isUtf8),
    from,
    envelope.sender === envelope.from ? from : formatAddresses(envelope.sender, isUtf8),
    envelope.replyTo === envelope.from ? from : formatAddresses(envelope.replyTo, isUtf8),
    formatAddresses(envelope.to, isUtf8),
    formatAddresses(envelope.cc, isUtf8),
    formatAddresses(envelope.bcc, isUtf8),
    formatNstring(envelope.inReplyTo, isUtf8),
    formatNstring(envelope.messageId, isUtf8),
  ].join(' ')})`;
}

function formatAddresses(addresses: readonly IndexedAddress[], isUtf8: boolean): string {
  if (addresses.length === 0) return 'NIL';
  let text = '(';
  for (const { name, route, mailbox, host } of addresses) {
    text += `(${formatNstring(name, isUtf8)} ${formatNstring(route ?? null, isUtf8)} `;
    text += `${formatNstring(mailbox, isUtf8)} ${formatNstring(host, isUtf8)})`;
  }
  return `${text})`;
}
