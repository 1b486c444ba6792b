/** Status items: what STATUS asks of a mailbox (RFC 9051 §6.3.11, RFC 7889). */
import type { Cursor } from './cursor.ts';

const STATUS_ITEMS = [
  'MESSAGES',
  'UIDNEXT',
  'UIDVALIDITY',
  'UNSEEN',
  'DELETED',
  'SIZE',
  'RECENT',
  'APPENDLIMIT',
  'HIGHESTMODSEQ',
  'MAILBOXID',
  'DELETED-STORAGE',
] as const;

export type StatusItem = (typeof STATUS_ITEMS)[number];

/** `(item item …)` */
export function parseStatusItems(cursor: Cursor): StatusItem[] {
  return cursor.list(() => {
    const name = cursor.keyword();
    return STATUS_ITEMS.find((item) => item === name) ?? cursor.fail('a status item');
  });
}
