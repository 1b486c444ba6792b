/**
 * Reachable mailboxes: the client's own, and those of others on which it has rights, under the names by which it sees them.
 *
 * RFC 2342 (namespaces), RFC 4314 §4 (rights), §6 (what must not be told). Flow: handlers name a mailbox and the right they need
 * → here → the mailbox, or the answer that refuses.
 * Invariants: a mailbox that the client may not see is answered as one that does not exist. The own mailboxes come first: one
 * that was named like a namespace before there was any stays what it was.
 */
import { err, ok, type Result } from '../../../base/result.ts';
import type { Account } from '../../../directory/port.ts';
import type { Completion } from '../../../protocol/imap/server/session.ts';
import { MAILBOX_DELIMITER, type Mailbox, type MailboxId } from '../../mailstore/port.ts';
import { ALL_RIGHTS, hasRight, type Right, type Rights } from '../../mailstore/sharing/port.ts';
import { refuse, refuseForMailbox } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { isOthersName, nameAt, rootOf } from './shared-names.ts';

const INBOX = 'INBOX';

/** `name` is the client's. */
export interface ReachableMailbox extends Mailbox {
  readonly storedName: string;
  readonly rights: Rights;
  /** null: the client itself. */
  readonly owner: Account | null;
}

/** Mailboxes of others, with any right, by their names here. */
export async function listOthers(session: ImapSession): Promise<readonly ReachableMailbox[]> {
  const { directory, mailStore } = session.options;
  const subscribed = new Set(await mailStore.listSubscriptions(session.signedIn.id));
  const others: ReachableMailbox[] = [];
  for (const { mailbox, rights } of await mailStore.listShared(session.signedIn.id)) {
    const owner = await directory.getAccount(mailbox.accountId);
    if (owner === null) continue;
    const name = nameAt(rootOf(owner, session.signedIn), mailbox.name);
    // A special use is the owner's: a client must not file its own sent mail there (RFC 6154 §2).
    const asSeen = { name, storedName: mailbox.name, isSubscribed: subscribed.has(name), specialUse: null };
    others.push({ ...mailbox, ...asSeen, rights, owner });
  }
  return others;
}

/** What LIST may tell of: own mailboxes, then those of others with the right to look them up (RFC 4314 §4). */
export async function listVisible(session: ImapSession): Promise<readonly ReachableMailbox[]> {
  const mailboxes = await session.options.mailStore.listMailboxes(session.signedIn.id);
  const own = mailboxes.map((mailbox) => ownMailbox(mailbox));
  const taken = new Set(own.map((mailbox) => mailbox.name));
  const others = await listOthers(session);
  return [...own, ...others.filter(({ name, rights }) => hasRight(rights, 'l') && !taken.has(name))];
}

/** Those whose messages the client may read. */
export async function listReadable(session: ImapSession): Promise<readonly ReachableMailbox[]> {
  return (await listVisible(session)).filter(({ rights }) => hasRight(rights, 'r'));
}

/** A mailbox that the client may read, as it sees it; null for every other. */
export async function findReadable(session: ImapSession, id: MailboxId): Promise<ReachableMailbox | null> {
  const mailbox = await session.options.mailStore.getMailbox(id);
  if (mailbox?.accountId === session.accountId) return ownMailbox(mailbox);
  if (mailbox === null) return null;
  return (await listReadable(session)).find((each) => each.id === id) ?? null;
}

function ownMailbox(mailbox: Mailbox): ReachableMailbox {
  return { ...mailbox, storedName: mailbox.name, rights: ALL_RIGHTS, owner: null };
}

export async function findMailbox(session: ImapSession, name: string): Promise<ReachableMailbox | null> {
  const own = await session.options.mailStore.findMailbox(session.signedIn.id, name);
  if (own !== null) return ownMailbox(own);
  if (!isOthersName(name)) return null;
  const wanted = name.normalize('NFC');
  return (await listOthers(session)).find((mailbox) => mailbox.name === wanted) ?? null;
}

/** The mailbox that the client named, for something that needs a right on it. */
export async function reach(
  session: ImapSession,
  wireName: string,
  right: Right,
): Promise<Result<ReachableMailbox, Completion>> {
  const mailbox = await findMailbox(session, session.readName(wireName));
  if (mailbox === null) return err(refuseForMailbox('noSuchMailbox'));
  if (hasRight(mailbox.rights, right)) return ok(mailbox);
  // RFC 4314 §6: what the client cannot list does not exist for it.
  return err(hasRight(mailbox.rights, 'l') ? NO_PERMISSION : refuseForMailbox('noSuchMailbox'));
}

/** The same for where messages should go; TRYCREATE where the client could make it (RFC 9051 §7.1). */
export async function reachTarget(
  session: ImapSession,
  wireName: string,
): Promise<Result<ReachableMailbox, Completion>> {
  const reached = await reach(session, wireName, 'i');
  if (reached.ok || reached.error.code !== 'NONEXISTENT') return reached;
  if (isOthersName(session.readName(wireName))) return reached;
  return err(refuse(reached.error.text, 'TRYCREATE'));
}

export const NO_PERMISSION: Completion = refuse('You have no right to do this here', 'NOPERM');

/** Where a mailbox would lie that is to be made under a name. */
export interface MailboxPlace {
  readonly accountId: number;
  readonly storedName: string;
  /** The INBOX of the tree that it would lie in; absent for the client's own tree. */
  readonly inbox?: Mailbox;
}

/** RFC 4314 §4: `k` on the nearest existing superior. Of what is not shared nothing is told, not even whether there is somebody. */
export async function findPlace(
  session: ImapSession,
  name: string,
): Promise<Result<MailboxPlace, Completion>> {
  if (!isOthersName(name)) return ok({ accountId: session.signedIn.id, storedName: name });
  const { mailStore } = session.options;
  const wanted = name.normalize('NFC');
  const owners = (await listOthers(session)).flatMap(({ owner }) => owner ?? []);
  const owner = owners.find((each) => wanted.startsWith(rootOf(each, session.signedIn) + MAILBOX_DELIMITER));
  if (owner === undefined) return err(NO_PERMISSION);
  const storedName = wanted.slice(rootOf(owner, session.signedIn).length + 1);
  const mailboxes = await mailStore.listMailboxes(owner.id);
  const inbox = mailboxes.find((mailbox) => mailbox.name === INBOX);
  const superior = nearestSuperior(mailboxes, storedName) ?? inbox;
  if (inbox === undefined || superior === undefined) return err(NO_PERMISSION);
  const rights = await mailStore.rightsOf(session.signedIn.id, superior.id);
  return hasRight(rights, 'k') ? ok({ accountId: owner.id, storedName, inbox }) : err(NO_PERMISSION);
}

function nearestSuperior(mailboxes: readonly Mailbox[], name: string): Mailbox | undefined {
  const superiors = mailboxes.filter((mailbox) => name.startsWith(mailbox.name + MAILBOX_DELIMITER));
  return superiors.sort((a, b) => b.name.length - a.name.length)[0];
}
