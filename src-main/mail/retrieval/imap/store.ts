/** STORE (RFC 9051 §6.4.6). */
import type { StoreCommand } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { okay, refuse } from './completion.ts';
import { formatFlags, readFlags } from './flags.ts';
import type { MessageEntry, UidRange } from '../../mailstore/port.ts';
import type { ImapSession } from './imap-session.ts';
import { INVALID_SET, resolveSet } from './message-set.ts';

export async function store(session: ImapSession, command: StoreCommand, io: CommandIo): Promise<Completion> {
  const { mailbox } = session;
  const uids = resolveSet(session, command.set, command.isUid);
  if (uids === null) return INVALID_SET;
  if (mailbox.isReadOnly) return refuse('The mailbox is open to read only', 'READ-ONLY');
  const flags = readFlags(command.flags);
  if (typeof flags === 'string') return refuse(flags, 'CANNOT');
  const { operation } = command;
  const setsSeen = operation !== 'remove' && flags.includes('\\Seen');
  const opened = setsSeen ? await findOpened(session, uids) : NO_ENTRIES;
  const { entries } = await session.options.mailStore.storeFlags(mailbox.id, { uids, operation, flags });
  mailbox.noteTold(entries);
  for (const entry of opened) session.reportRead(entry.traceId);
  await mailbox.announceKeywords((response) => io.send(response), entries);
  if (command.isSilent) return okay('STORE completed');
  const withUid = command.isUid || session.isRev2;
  for (const entry of entries) {
    const uid = withUid ? `UID ${entry.uid} ` : '';
    const sequence = mailbox.sequenceOf(entry.uid);
    if (sequence > 0) await io.send(`* ${sequence} FETCH (${uid}FLAGS ${formatFlags(entry.flags)})`);
  }
  return okay('STORE completed');
}

/** A person opens messages one by one; a client that marks more at once is told to tidy up, not to read. */
const MOST_OPENED_AT_ONCE = 3;
const NO_ENTRIES: readonly MessageEntry[] = [];

/** Most clients fetch with PEEK and then set \Seen: these are the messages that are read for the first time now. */
async function findOpened(session: ImapSession, uids: readonly UidRange[]): Promise<readonly MessageEntry[]> {
  const { mailbox, options } = session;
  if (mailbox.uidsIn(uids).length > MOST_OPENED_AT_ONCE) return NO_ENTRIES;
  const entries = await options.mailStore.listEntries(mailbox.id, uids);
  return entries.filter((entry) => !entry.flags.includes('\\Seen'));
}
