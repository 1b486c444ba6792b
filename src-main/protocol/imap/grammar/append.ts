/**
 * Messages on their way in: the arguments of APPEND (RFC 9051 §6.3.12), of further messages in it (RFC 3502), and of REPLACE
 * (RFC 8508), as far as the octets of a message, which are passed on as they come.
 */
import type { AppendCommand, AppendMessage, ReplaceCommand } from './command.ts';
import { Cursor, ImapSyntaxError, readLiteralAnnouncement } from './cursor.ts';
import { parseDateTime } from './date.ts';
import { parseSequenceSet } from './sequence-set.ts';

/** Null where the literal at the end is not the message, but an argument before it. */
export function parseAppend(cursor: Cursor): AppendCommand | null {
  cursor.space();
  if (cursor.isAtAnnouncement) return null;
  const mailbox = cursor.astring();
  const message = parseMessage(cursor);
  return message === null ? null : { name: 'APPEND', mailbox, ...message };
}

/** The same for `REPLACE 4 Drafts (\\Seen) {312}`. */
export function parseReplace(cursor: Cursor, isUid: boolean): ReplaceCommand | null {
  cursor.space();
  const set = parseSequenceSet(cursor);
  cursor.space();
  if (cursor.isAtAnnouncement) return null;
  const mailbox = cursor.astring();
  const message = parseMessage(cursor);
  return message === null ? null : { name: 'REPLACE', isUid, set, mailbox, ...message };
}

/** What follows the octets of a message on their last line: nothing, another message, or what cannot stand there. */
export function parseAfterMessage(line: string, message: AppendMessage): AppendMessage | 'end' | 'wrong' {
  const cursor = new Cursor(line);
  if (message.isUtf8 && !cursor.take(')')) return 'wrong';
  if (cursor.isAtEnd || line.trim() === (message.isUtf8 ? ')' : '')) return 'end';
  try {
    return parseMessage(cursor) ?? 'wrong';
  } catch (error) {
    if (error instanceof ImapSyntaxError) return 'wrong';
    throw error;
  }
}

/** ` [flags] [date] literal` */
function parseMessage(cursor: Cursor): AppendMessage | null {
  cursor.space();
  let flags: string[] = [];
  if (cursor.sees('(')) {
    flags = cursor.list(() => cursor.flag(), 0);
    cursor.space();
  }
  const internalDate = cursor.sees('"') ? parseAppendDate(cursor) : null;
  const isUtf8 = cursor.take('UTF8 (');
  if (!cursor.isAtAnnouncement) return cursor.fail('a message literal');
  const literal = readLiteralAnnouncement(cursor.rest());
  return literal === null ? null : { flags, internalDate, literal, isUtf8 };
}

function parseAppendDate(cursor: Cursor): number {
  const date = parseDateTime(cursor.string());
  cursor.space();
  return date ?? cursor.fail('a date-time');
}
