/** STORE (RFC 9051 §6.4.6), conditional with UNCHANGEDSINCE (RFC 7162 §3.1.3). */
import type { StoreCommand } from '../../../protocol/imap/grammar/command.ts';
import { formatNumbers } from '../../../protocol/imap/grammar/sequence-set.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { okay, refuse } from './completion.ts';
import { formatFlagsResponse, openFetch } from './fetch-response.ts';
import { readFlags } from './flags.ts';
import type {
  FlagChange,
  FlagOperation,
  MessageEntry,
  StoredFlagChange,
  Uid,
  UidRange,
} from '../../mailstore/port.ts';
import type { ImapSession } from './imap-session.ts';
import { INVALID_SET, resolveSet } from './message-set.ts';
import { rightForFlag, type Right } from '../../mailstore/sharing/port.ts';
import { READ_ONLY } from './expunge.ts';
import { NO_PERMISSION } from './reachable-mailbox.ts';
import type { SelectedMailbox } from './selected-mailbox.ts';

export async function store(session: ImapSession, command: StoreCommand, io: CommandIo): Promise<Completion> {
  const { mailbox } = session;
  const uids = resolveSet(session, command.set, command.isUid);
  if (uids === null) return INVALID_SET;
  if (mailbox.isExamined) return READ_ONLY;
  const flags = readFlags(command.flags);
  if (typeof flags === 'string') return refuse(flags, 'CANNOT');
  if (!maySetAny(mailbox, command.operation, flags)) return NO_PERMISSION;
  const { operation, unchangedSince } = command;
  if (unchangedSince !== null) await session.enableCondStore(io);
  const setsSeen = operation !== 'remove' && flags.includes('\\Seen') && mailbox.may('s');
  const opened = setsSeen ? await findOpened(session, uids) : NO_ENTRIES;
  const change: FlagChange = { uids, operation, flags, ...(unchangedSince !== null && { unchangedSince }) };
  const stored = await mailbox.store.storeFlags(mailbox.id, change);
  const modified = new Set(stored.modified);
  for (const entry of opened) if (!modified.has(entry.uid)) session.reportRead(entry.traceId);
  await answer(session, command, { stored, io });
  return complete(session, command, stored.modified);
}

/** RFC 4314 §4: the command is refused only where nothing of it may be done; a replacement is about every flag. */
function maySetAny(mailbox: SelectedMailbox, operation: FlagOperation, flags: readonly string[]): boolean {
  const rights: readonly Right[] = operation === 'replace' ? ['s', 't', 'w'] : flags.map(rightForFlag);
  return rights.length === 0 || rights.some((right) => mailbox.may(right));
}

async function answer(
  session: ImapSession,
  command: StoreCommand,
  { stored, io }: { stored: StoredFlagChange; io: CommandIo },
): Promise<void> {
  const { mailbox } = session;
  await mailbox.announceKeywords((response) => io.send(response), stored.entries);
  if (command.isSilent) return answerSilently(session, stored, io);
  mailbox.noteTold(stored.entries);
  const format = session.fetchFormat(command.isUid);
  for (const entry of stored.entries) {
    const sequence = mailbox.sequenceOf(entry.uid);
    if (sequence > 0) await io.send(formatFlagsResponse(sequence, entry, format));
  }
}

/** RFC 7162 §3.1.3: a client that keeps MODSEQs is told the new ones even when it asks for silence. */
async function answerSilently(session: ImapSession, stored: StoredFlagChange, io: CommandIo): Promise<void> {
  const { mailbox } = session;
  const changed = mailbox.noteSilent(stored);
  if (!session.isCondStore) return;
  const { isUidOnly } = session;
  for (const { uid, modSeq } of changed) {
    const sequence = mailbox.sequenceOf(uid);
    const named = isUidOnly ? '' : `UID ${uid} `;
    if (sequence > 0) await io.send(`${openFetch({ sequence, uid }, isUidOnly)}${named}MODSEQ (${modSeq}))`);
  }
}

function complete(session: ImapSession, command: StoreCommand, modified: readonly Uid[]): Completion {
  if (modified.length === 0) return okay('STORE completed');
  const { mailbox } = session;
  const numbers = command.isUid ? modified : modified.map((uid) => mailbox.sequenceOf(uid));
  return okay('Conditional STORE failed for some', `MODIFIED ${formatNumbers(numbers)}`);
}

/** A person opens messages one by one; a client that marks more at once is told to tidy up, not to read. */
const MOST_OPENED_AT_ONCE = 3;
const NO_ENTRIES: readonly MessageEntry[] = [];

/** Most clients fetch with PEEK and then set \Seen: these are the messages that are read for the first time now. */
async function findOpened(session: ImapSession, uids: readonly UidRange[]): Promise<readonly MessageEntry[]> {
  const { mailbox } = session;
  if (mailbox.uidsIn(uids).length > MOST_OPENED_AT_ONCE) return NO_ENTRIES;
  const entries = await mailbox.store.listEntries(mailbox.id, uids);
  return entries.filter((entry) => !entry.flags.includes('\\Seen'));
}
