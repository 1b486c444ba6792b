/** GETQUOTA and GETQUOTAROOT (RFC 9208): an account has one quota root, which holds all of its mailboxes. */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { okay, refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';

/** RFC 9208 §5.1: STORAGE counts units of 1024 octets. */
const UNIT_OCTETS = 1024;

export async function getQuota(
  session: ImapSession,
  command: CommandOf<'GETQUOTA'>,
  io: CommandIo,
): Promise<Completion> {
  const limit = await quotaOf(session);
  if (limit === null || command.root !== '') return refuse('No such quota root', 'NONEXISTENT');
  await io.send(await formatQuota(session, limit));
  return okay('GETQUOTA completed');
}

export async function getQuotaRoot(
  session: ImapSession,
  command: CommandOf<'GETQUOTAROOT'>,
  io: CommandIo,
): Promise<Completion> {
  const name = session.readName(command.mailbox);
  const mailbox = await session.options.mailStore.findMailbox(session.signedIn.id, name);
  if (mailbox === null) return refuseForMailbox('noSuchMailbox');
  const limit = await quotaOf(session);
  // An account without a limit has no quota root.
  await io.send(`* QUOTAROOT ${session.writeName(mailbox.name)}${limit === null ? '' : ' ""'}`);
  if (limit !== null) await io.send(await formatQuota(session, limit));
  return okay('GETQUOTAROOT completed');
}

/** As it is now: an administrator may have changed it since the client signed in. */
async function quotaOf(session: ImapSession): Promise<number | null> {
  const account = await session.options.directory.getAccount(session.signedIn.id);
  return account?.quotaBytes ?? null;
}

async function formatQuota(session: ImapSession, limitBytes: number): Promise<string> {
  const mailboxes = await session.options.mailStore.listMailboxes(session.signedIn.id);
  const usedBytes = mailboxes.reduce((sum, mailbox) => sum + mailbox.sizeBytes, 0);
  const [used, limit] = [Math.ceil(usedBytes / UNIT_OCTETS), Math.floor(limitBytes / UNIT_OCTETS)];
  return `* QUOTA "" (STORAGE ${used} ${limit})`;
}
