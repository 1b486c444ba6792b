/**
 * Messages that a filter sends by itself: one shape for answers, notices and what the owner is told.
 *
 * RFC 3834 §3 (automatic responses), RFC 5322. Invariants: nothing that a stranger wrote can add a header field; text is UTF-8.
 */
import { formatDateTime } from '../../../../format/date-time.ts';
import { formatEncodedWords } from '../../../../format/encoded-word.ts';

export interface AutomaticMessage {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly zoneMinutes: number;
  readonly messageId: string;
  /** `address` or `Name <address>`. */
  readonly from: string;
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly subject: string;
  /** RFC 3834 §5, e.g. `auto-replied`. */
  readonly autoSubmitted: string;
  /** Further fields, whole. */
  readonly fields?: readonly string[];
  /** A text, or an entity with its own MIME fields. */
  readonly body: { readonly kind: 'text' | 'entity'; readonly text: string };
}

export function formatAutomaticMessage(message: AutomaticMessage): Uint8Array {
  const { body } = message;
  const fields = [
    `Date: ${formatDateTime(message.at, message.zoneMinutes)}`,
    `From: ${formatMailbox(message.from)}`,
    `To: ${message.to.map(formatMailbox).join(',\r\n ')}`,
    ...((message.cc?.length ?? 0) > 0 ? [`Cc: ${message.cc?.map(formatMailbox).join(',\r\n ')}`] : []),
    `Subject: ${formatEncodedWords(oneLine(message.subject))}`,
    `Message-ID: <${message.messageId}>`,
    ...(message.fields ?? []).map(oneField),
    `Auto-Submitted: ${oneLine(message.autoSubmitted)}`,
    'MIME-Version: 1.0',
  ];
  if (body.kind === 'text') {
    fields.push('Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit', '');
  }
  return new TextEncoder().encode(`${fields.join('\r\n')}\r\n${withCrLf(body.text)}`);
}

/** An address as in a header field; a display name with letters beyond ASCII as encoded words. */
export function formatMailbox(mailbox: string): string {
  const text = oneLine(mailbox).trim();
  const match = /^(.*?)\s*<([^<>]*)>$/.exec(text);
  const name = (match?.[1] ?? '').trim();
  if (match === null || name === '') return `<${match?.[2] ?? text}>`;
  const bare = name.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1');
  const isAscii = /^[\x20-\x7e]*$/.test(bare);
  const phrase = isAscii ? `"${bare.replace(/["\\]/g, '\\$&')}"` : formatEncodedWords(bare);
  return `${phrase} <${match[2]}>`;
}

/** The address alone. */
export function addressOf(mailbox: string): string {
  return (/<([^<>]*)>\s*$/.exec(mailbox)?.[1] ?? mailbox).trim();
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\0]+/g, ' ');
}

/** Folds within the field stay. */
function oneField(field: string): string {
  return field.replace(/\r?\n(?![ \t])/g, ' ').replace(/\0/g, '');
}

function withCrLf(text: string): string {
  const body = text.replace(/\r?\n/g, '\r\n').replace(/\0/g, '');
  return body.endsWith('\r\n') ? body : `${body}\r\n`;
}
