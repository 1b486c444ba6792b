/**
 * Receives a message of APPEND or REPLACE into the content store, as it arrives: octets of the client, and parts of messages that
 * are here already (CATENATE: RFC 4469).
 *
 * Invariants: a client that breaks off leaves nothing behind; after a failure of ours the rest of the literal is still taken
 * off the wire, since it is no command.
 */
import type { AfterOctets } from '../../../protocol/imap/grammar/append.ts';
import type { AppendMessage, MessagePart, TextPart } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { NewMessage } from '../../mailstore/port.ts';
import { openUrl, refuseUrl } from './catenate.ts';
import { bad, refuse } from './completion.ts';
import { readFlags } from './flags.ts';
import type { ImapSession } from './imap-session.ts';
import { MAX_APPEND_OCTETS } from './limits.ts';
import { MessageDraft } from './message-draft.ts';

export interface ReceivedMessage {
  readonly message: NewMessage;
  /** The messages that follow it in the same command, as far as they are announced. */
  readonly next: readonly AppendMessage[];
}

/** What speaks against the first of these messages before its octets have come; null where nothing does. */
export function refuseFirst(session: ImapSession, messages: readonly AppendMessage[]): Completion | null {
  const [first] = messages;
  return first === undefined ? null : refuseMessage(session, first);
}

export function refuseMessage(
  session: ImapSession,
  { flags: given, parts }: AppendMessage,
): Completion | null {
  const texts = parts.filter((part) => part.kind === 'text');
  // RFC 6855 §4
  if (texts.some(({ isUtf8 }) => isUtf8) && !session.acceptsUtf8) return bad('UTF8=ACCEPT is not enabled');
  const flags = readFlags(given);
  if (typeof flags === 'string') return refuse(flags, 'CANNOT');
  // RFC 3502 §6.3.11: so a client calls the whole APPEND off.
  if (texts.some(({ literal, isCatenated }) => literal.octets === 0 && !isCatenated)) return EMPTY;
  if (!session.options.hasRoom()) return NO_ROOM;
  return texts.some(({ literal }) => literal.octets > MAX_APPEND_OCTETS) ? TOO_LARGE : null;
}

export async function receiveMessage(
  session: ImapSession,
  announced: AppendMessage,
  io: CommandIo,
): Promise<ReceivedMessage | Completion> {
  const flags = readFlags(announced.flags);
  if (typeof flags === 'string') return refuse(flags, 'CANNOT');
  const draft = new MessageDraft(session);
  const next = await receiveParts(session, { parts: announced.parts, draft }, io);
  if ('status' in next) {
    await draft.abort();
    return next;
  }
  const content = await draft.finish();
  if ('status' in content) {
    await draft.abort();
    return content;
  }
  const internalDate = announced.internalDate ?? session.options.clock.now();
  return { message: { content, flags, internalDate }, next };
}

/** Puts the parts into the draft; answers with the messages that follow, or with why it comes to nothing. */
async function receiveParts(
  session: ImapSession,
  { parts, draft }: { parts: readonly MessagePart[]; draft: MessageDraft },
  io: CommandIo,
): Promise<readonly AppendMessage[] | Completion> {
  const waiting = [...parts];
  let next: readonly AppendMessage[] = [];
  for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
    const taken =
      part.kind === 'url' ? await copyPart(session, draft, part.url) : await takeText(draft, part, io);
    if ('status' in taken) return taken;
    waiting.push(...taken.parts);
    next = taken.messages;
  }
  return draft.octets === 0 ? EMPTY : next;
}

/** Octets that the client sends. */
async function takeText(
  draft: MessageDraft,
  part: TextPart,
  io: CommandIo,
): Promise<AfterOctets | Completion> {
  if (io.messages === null) throw new Error('a message without octets');
  if (!draft.hasRoomFor(part.literal.octets)) return TOO_LARGE;
  const after = await io.messages.receive((chunk) => draft.write(chunk));
  if (draft.failure !== null) return draft.failure;
  if (after === 'broken') return BROKEN;
  return draft.hasNul ? refuseNul(part) : after;
}

/** Octets that are here already (RFC 4469 §3): what follows them was parsed with them. */
async function copyPart(
  session: ImapSession,
  draft: MessageDraft,
  url: string,
): Promise<AfterOctets | Completion> {
  const content = await openUrl(session, url);
  if (content === null) return refuseUrl(url);
  if (!draft.hasRoomFor(content.octets)) return TOO_LARGE;
  for await (const chunk of content.read()) await draft.write(chunk);
  return draft.failure ?? NOTHING_FOLLOWS;
}

const NOTHING_FOLLOWS: AfterOctets = { parts: [], messages: [] };
const EMPTY = refuse('An empty message: nothing is appended', 'CANNOT');
/** RFC 4469 §4.2 */
const TOO_LARGE = refuse('The message is too large', 'TOOBIG');
const NO_ROOM = refuse('The disk of this server is nearly full, try again later', 'UNAVAILABLE');
const BROKEN = bad('Nothing but another part or message can follow here');

/** RFC 3516 §4.4; and RFC 9051 §4.3 forbids NUL in a literal. */
function refuseNul({ literal }: TextPart): Completion {
  return literal.isBinary
    ? refuse('A message must not hold NUL', 'UNKNOWN-CTE')
    : bad('A literal must not hold NUL');
}
