/** SETACL, DELETEACL, GETACL, LISTRIGHTS, MYRIGHTS (RFC 4314 §3). */
import type { CommandOf } from '../../../protocol/imap/grammar/command.ts';
import { formatAstring, formatString } from '../../../protocol/imap/grammar/format.ts';
import { formatRights } from '../../../protocol/imap/grammar/rights.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import type { AccountId } from '../../mailstore/port.ts';
import {
  ALL_RIGHTS,
  groupGrantee,
  hasRight,
  type Grant,
  type Grantee,
} from '../../mailstore/sharing/port.ts';
import { okay, refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { findMailbox, reach, type ReachableMailbox } from './reachable-mailbox.ts';

const ANYONE = 'anyone';
/** RFC 4314 §2: begins an identifier whose rights are taken away. */
const NEGATIVE = '-';
/** Begins the identifier of a group, before its address. */
const GROUP = /^group:/iu;

export async function setAcl(session: ImapSession, command: CommandOf<'SETACL'>): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'a');
  if (!reached.ok) return reached.error;
  const { id, accountId } = reached.value;
  const entry = await findEntry(session, reached.value, command.identifier);
  if (entry === null) return NO_SUCH_ACCOUNT;
  const { operation, rights } = command.change;
  if (entry.grantee === accountId) {
    const keepsAll = !entry.isNegative && (operation === 'add' || rights === ALL_RIGHTS);
    return keepsAll ? okay('The owner has all rights') : OWNER_KEEPS_ALL;
  }
  await session.options.mailStore.changeGrants([id], { ...entry, operation, rights });
  return okay('SETACL completed');
}

export async function deleteAcl(session: ImapSession, command: CommandOf<'DELETEACL'>): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'a');
  if (!reached.ok) return reached.error;
  const entry = await findEntry(session, reached.value, command.identifier);
  if (entry === null) return NO_SUCH_ACCOUNT;
  if (entry.grantee === reached.value.accountId) return OWNER_KEEPS_ALL;
  const change = { ...entry, operation: 'replace', rights: '' } as const;
  await session.options.mailStore.changeGrants([reached.value.id], change);
  return okay('DELETEACL completed');
}

export async function getAcl(
  session: ImapSession,
  command: CommandOf<'GETACL'>,
  io: CommandIo,
): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'a');
  if (!reached.ok) return reached.error;
  const { id, name, accountId } = reached.value;
  const owner = await session.options.directory.getAccount(accountId);
  const entries = owner?.kind === 'person' ? [formatEntry(session, owner.address, ALL_RIGHTS)] : [];
  for (const { grantee, isNegative, rights } of await session.options.mailStore.listGrants(id)) {
    const identifier = await identifierOf(session, grantee);
    if (identifier === null) continue;
    entries.push(formatEntry(session, `${isNegative ? NEGATIVE : ''}${identifier}`, rights));
  }
  await io.send(['* ACL', session.writeName(name), ...entries].join(' '));
  return okay('GETACL completed');
}

export async function listRights(
  session: ImapSession,
  command: CommandOf<'LISTRIGHTS'>,
  io: CommandIo,
): Promise<Completion> {
  const reached = await reach(session, command.mailbox, 'a');
  if (!reached.ok) return reached.error;
  const entry = await findEntry(session, reached.value, command.identifier);
  if (entry === null) return NO_SUCH_ACCOUNT;
  const isOwner = entry.grantee === reached.value.accountId && !entry.isNegative;
  // RFC 4314 §3.7: what is always granted, then what can be, each by itself.
  const rights = isOwner ? formatRights(ALL_RIGHTS) : `"" ${[...ALL_RIGHTS, 'c', 'd'].join(' ')}`;
  const identifier = formatIdentifier(session, command.identifier);
  await io.send(`* LISTRIGHTS ${session.writeName(reached.value.name)} ${identifier} ${rights}`);
  return okay('LISTRIGHTS completed');
}

export async function myRights(
  session: ImapSession,
  command: CommandOf<'MYRIGHTS'>,
  io: CommandIo,
): Promise<Completion> {
  const mailbox = await findMailbox(session, session.readName(command.mailbox));
  // RFC 4314 §4: any of these.
  const mayAsk = (['l', 'r', 'i', 'k', 'x', 'a'] as const).some((right) =>
    hasRight(mailbox?.rights ?? '', right),
  );
  if (mailbox === null || !mayAsk) return refuseForMailbox('noSuchMailbox');
  await io.send(formatMyRights(session, mailbox));
  return okay('MYRIGHTS completed');
}

export function formatMyRights(session: ImapSession, { name, rights }: ReachableMailbox): string {
  return `* MYRIGHTS ${session.writeName(name)} ${formatRights(rights)}`;
}

const NO_SUCH_ACCOUNT = refuse('Nobody here has this name', 'CANNOT');
const OWNER_KEEPS_ALL = refuse('The owner always has all rights', 'CANNOT');

/** Whom an identifier means; null where there is nobody. */
async function findEntry(
  session: ImapSession,
  mailbox: ReachableMailbox,
  identifier: string,
): Promise<Pick<Grant, 'grantee' | 'isNegative'> | null> {
  const isNegative = identifier.startsWith(NEGATIVE);
  const name = isNegative ? identifier.slice(1) : identifier;
  if (name.toLowerCase() === ANYONE) return { grantee: ANYONE, isNegative };
  if (GROUP.test(name)) {
    const group = await session.options.directory.findGroup(name.replace(GROUP, ''));
    return group === null ? null : { grantee: groupGrantee(group), isNegative };
  }
  const grantee = (await findAccount(session, name)) ?? (await findGrantee(session, mailbox, name));
  return grantee === null ? null : { grantee, isNegative };
}

/** By its own address: an alias would not say whose rights they are. */
async function findAccount(session: ImapSession, address: string): Promise<AccountId | null> {
  const resolved = await session.options.directory.resolve(address);
  const accounts = resolved.kind === 'local' ? resolved.accounts : [];
  const account = accounts.find((each) => isSameAddress(each.address, address) && each.kind === 'person');
  return account?.id ?? null;
}

/** Who has an entry already: also an account that is switched off. */
async function findGrantee(
  session: ImapSession,
  mailbox: ReachableMailbox,
  address: string,
): Promise<AccountId | null> {
  for (const { grantee } of await session.options.mailStore.listGrants(mailbox.id)) {
    if (typeof grantee === 'string') continue;
    const account = await session.options.directory.getAccount(grantee);
    if (account !== null && isSameAddress(account.address, address)) return grantee;
  }
  return null;
}

function isSameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

async function identifierOf(session: ImapSession, grantee: Grantee): Promise<string | null> {
  if (typeof grantee === 'string') return grantee;
  return (await session.options.directory.getAccount(grantee))?.address ?? null;
}

function formatEntry(session: ImapSession, identifier: string, rights: string): string {
  return `${formatIdentifier(session, identifier)} ${formatRights(rights)}`;
}

function formatIdentifier(session: ImapSession, identifier: string): string {
  return session.isUtf8 ? formatString(identifier, true) : formatAstring(identifier);
}
