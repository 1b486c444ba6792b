/**
 * GETQUOTA and GETQUOTAROOT (RFC 9208): an account has one quota root, which holds all of its mailboxes: `""` for the client's own,
 * and for who reads another's mailboxes the name of that account's INBOX.
 */
import type { Account } from '../../../directory/port.ts';
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { hasRight } from '../../mailstore/sharing/port.ts';
import { okay, refuse } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { listOthers, reach } from './reachable-mailbox.ts';
import { rootOf } from './shared-names.ts';

/** RFC 9208 §5.1: STORAGE counts units of 1024 octets. */
const UNIT_OCTETS = 1024;
const OWN_ROOT = '';

export async function getQuota(
  session: ImapSession,
  command: CommandOf<'GETQUOTA'>,
  io: CommandIo,
): Promise<Completion> {
  const root = session.readName(command.root);
  const account = await findAccount(session, root);
  const quota = account === null ? null : await formatQuota(session, account, root);
  if (quota === null) return refuse('No such quota root', 'NONEXISTENT');
  await io.send(quota);
  return okay('GETQUOTA completed');
}

export async function getQuotaRoot(
  session: ImapSession,
  command: CommandOf<'GETQUOTAROOT'>,
  io: CommandIo,
): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'r');
  if (!reached.ok) return reached.error;
  const { name, owner } = reached.value;
  const root = owner === null ? OWN_ROOT : rootOf(owner, session.signedIn);
  const quota = await formatQuota(session, owner ?? session.signedIn, root);
  // An account without a limit has no quota root.
  const roots = quota === null ? '' : ` ${formatRoot(session, root)}`;
  await io.send(`* QUOTAROOT ${session.writeName(name)}${roots}`);
  if (quota !== null) await io.send(quota);
  return okay('GETQUOTAROOT completed');
}

/** Whose quota root it is, as far as the client may know. */
async function findAccount(session: ImapSession, root: string): Promise<Account | null> {
  if (root === OWN_ROOT) return session.signedIn;
  const readable = (await listOthers(session)).filter(({ rights }) => hasRight(rights, 'r'));
  const owners = readable.flatMap(({ owner }) => owner ?? []);
  return owners.find((owner) => rootOf(owner, session.signedIn) === root.normalize('NFC')) ?? null;
}

/** Null where there is no limit. As it is now: an administrator may have changed it since the client signed in. */
async function formatQuota(session: ImapSession, { id }: Account, root: string): Promise<string | null> {
  const limitBytes = (await session.options.directory.getAccount(id))?.quotaBytes ?? null;
  if (limitBytes === null) return null;
  const mailboxes = await session.options.mailStore.listMailboxes(id);
  const usedBytes = mailboxes.reduce((sum, mailbox) => sum + mailbox.sizeBytes, 0);
  const [used, limit] = [Math.ceil(usedBytes / UNIT_OCTETS), Math.floor(limitBytes / UNIT_OCTETS)];
  return `* QUOTA ${formatRoot(session, root)} (STORAGE ${used} ${limit})`;
}

function formatRoot(session: ImapSession, root: string): string {
  return root === OWN_ROOT ? '""' : session.writeName(root);
}
