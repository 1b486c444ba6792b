/**
 * Messages on their way in: the arguments of APPEND (RFC 9051 §6.3.12), of further messages in it (RFC 3502), of messages put
 * together from parts (CATENATE: RFC 4469), and of REPLACE (RFC 8508), as far as octets that are passed on as they come.
 */
import type { AppendCommand, AppendMessage, MessagePart, ReplaceCommand, TextPart } from './command.ts';
import { Cursor, ImapSyntaxError, readLiteralAnnouncement } from './cursor.ts';
import { parseDateTime } from './date.ts';
import { parseSequenceSet } from './sequence-set.ts';

/** What follows the octets of a part: the rest of its message, and messages after that. The last part may have octets to come. */
export interface AfterOctets {
  readonly parts: readonly MessagePart[];
  readonly messages: readonly AppendMessage[];
}

/** Null where the literal at the end is no octets of a message, but an argument before them. */
export function parseAppend(cursor: Cursor): AppendCommand | null {
  cursor.space();
  if (cursor.isAtAnnouncement) return null;
  const mailbox = cursor.astring();
  const messages = parseMessages(cursor);
  return messages === null ? null : { name: 'APPEND', mailbox, messages };
}

/** The same for `REPLACE 4 Drafts (\\Seen) {312}`. */
export function parseReplace(cursor: Cursor, isUid: boolean): ReplaceCommand | null {
  cursor.space();
  const set = parseSequenceSet(cursor);
  cursor.space();
  if (cursor.isAtAnnouncement) return null;
  const mailbox = cursor.astring();
  const messages = parseMessages(cursor);
  return messages === null ? null : { name: 'REPLACE', isUid, set, mailbox, messages };
}

/** The part whose octets come next, after what was parsed; null where none do. */
export function findPending(
  parts: readonly MessagePart[],
  messages: readonly AppendMessage[],
): TextPart | null {
  const last = (messages.at(-1)?.parts ?? parts).at(-1);
  return last?.kind === 'text' ? last : null;
}

/** The text after a part's octets; `incomplete` where the octets of a URL are still to come (RFC 4469 §5: it may be a literal). */
export function parseAfterOctets(text: string, part: TextPart): AfterOctets | 'incomplete' | 'wrong' {
  const cursor = new Cursor(text);
  const parts: MessagePart[] = [];
  try {
    if (part.isUtf8) cursor.expect(')');
    if (part.isCatenated && !cursor.take(')')) {
      cursor.space();
      if (!parseParts(cursor, parts)) return 'incomplete';
    }
    if (findPending(parts, []) !== null || cursor.isBlank) return { parts, messages: [] };
    const messages = parseMessages(cursor);
    return messages === null ? 'incomplete' : { parts, messages };
  } catch (error) {
    if (error instanceof ImapSyntaxError) return 'wrong';
    throw error;
  }
}

/** Messages as far as the octets of one, or the end. */
function parseMessages(cursor: Cursor): AppendMessage[] | null {
  const messages: AppendMessage[] = [];
  do {
    const message = parseMessage(cursor);
    if (message === null) return null;
    messages.push(message);
  } while (findPending([], messages) === null && !cursor.isBlank);
  return messages;
}

/** ` [flags] [date] literal` or ` [flags] [date] CATENATE (part …)` */
function parseMessage(cursor: Cursor): AppendMessage | null {
  cursor.space();
  let flags: string[] = [];
  if (cursor.sees('(')) {
    flags = cursor.list(() => cursor.flag(), 0);
    cursor.space();
  }
  const internalDate = cursor.sees('"') ? parseAppendDate(cursor) : null;
  const parts: MessagePart[] = [];
  if (cursor.take('CATENATE (')) {
    if (!parseParts(cursor, parts)) return null;
  } else {
    const isUtf8 = cursor.take('UTF8 (');
    parts.push(parseText(cursor, { isUtf8, isCatenated: false }));
  }
  return { flags, internalDate, parts };
}

/** RFC 4469 §5 cat-part, as far as octets or the closing parenthesis; false where a URL's octets are still to come. */
function parseParts(cursor: Cursor, parts: MessagePart[]): boolean {
  for (;;) {
    if (!cursor.take('URL ')) {
      // RFC 6855 §4: UTF8 may stand for TEXT.
      const isUtf8 = cursor.take('UTF8 (');
      if (!isUtf8) cursor.expect('TEXT ');
      parts.push(parseText(cursor, { isUtf8, isCatenated: true }));
      return true;
    }
    if (cursor.isAtAnnouncement) return false;
    parts.push({ kind: 'url', url: cursor.astring() });
    if (cursor.take(')')) return true;
    cursor.space();
  }
}

function parseText(cursor: Cursor, form: Pick<TextPart, 'isUtf8' | 'isCatenated'>): TextPart {
  const literal = cursor.isAtAnnouncement ? readLiteralAnnouncement(cursor.rest()) : null;
  return literal === null ? cursor.fail('a message literal') : { kind: 'text', literal, ...form };
}

function parseAppendDate(cursor: Cursor): number {
  const date = parseDateTime(cursor.string());
  cursor.space();
  return date ?? cursor.fail('a date-time');
}
