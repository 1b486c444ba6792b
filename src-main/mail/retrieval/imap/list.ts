/**
 * LIST (RFC 9051 §6.3.9, RFC 5258 LIST-EXTENDED, RFC 5819 LIST-STATUS, RFC 6154 SPECIAL-USE, RFC 8440
 * LIST-MYRIGHTS, RFC 9590 LIST-METADATA).
 */
import type { ListCommand, ListReturn } from '../../../protocol/imap/grammar/command.ts';
import { formatString } from '../../../protocol/imap/grammar/format.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import { hasRight } from '../../mailstore/sharing/port.ts';
import { formatMyRights } from './acl.ts';
import { okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { listMetadata } from './metadata.ts';
import { fullPattern, matchesPattern } from './name-pattern.ts';
import { listVisible, type ReachableMailbox } from './reachable-mailbox.ts';
import { formatStatus } from './status.ts';

const DELIMITER = formatString(MAILBOX_DELIMITER, false);

/** A name to be listed: a mailbox, what a subscription to a missing one left, or a level above mailboxes of others. */
export interface ListedName {
  readonly name: string;
  readonly mailbox: ReachableMailbox | null;
  readonly isSubscribed: boolean;
}

export async function list(session: ImapSession, command: ListCommand, io: CommandIo): Promise<Completion> {
  const [pattern = ''] = command.patterns;
  if (pattern === '' && command.patterns.length === 1) {
    // RFC 9051 §6.3.9: a question for the delimiter and the root of the reference.
    if (!command.isExtended) await io.send(`* LIST (\\Noselect) ${DELIMITER} ""`);
    return okay('LIST completed');
  }
  const names = await gatherNames(session);
  const patterns = command.patterns.map((each) =>
    fullPattern(session.readPattern(command.reference), session.readPattern(each)),
  );
  const isMatch = (name: string): boolean => patterns.some((each) => matchesPattern(each, name));
  for (const listed of names) {
    if (isMatch(listed.name)) await listName(session, { command, listed, names, isMatch }, io);
  }
  return okay('LIST completed');
}

interface Listing {
  readonly command: ListCommand;
  readonly listed: ListedName;
  readonly names: readonly ListedName[];
  readonly isMatch: (name: string) => boolean;
}

async function listName(session: ImapSession, listing: Listing, io: CommandIo): Promise<void> {
  const { command, listed } = listing;
  const isSelected = isSelectedByOptions(listing);
  const childInfo =
    command.selection.includes('RECURSIVEMATCH') && hasHiddenMatch(listing)
      ? ' ("CHILDINFO" ("SUBSCRIBED"))'
      : '';
  if (!isSelected && childInfo === '') return;
  const attributes = attributesOf(listing).join(' ');
  await io.send(`* LIST (${attributes}) ${DELIMITER} ${session.writeName(listed.name)}${childInfo}`);
  if (listed.mailbox !== null && isSelected)
    await tellMore(session, command.returns, { mailbox: listed.mailbox, io });
}

/** RFC 5819, RFC 8440, RFC 9590: what else was asked about a mailbox. */
async function tellMore(
  session: ImapSession,
  { status, myRights, metadata }: ListReturn,
  { mailbox, io }: { mailbox: ReachableMailbox; io: CommandIo },
): Promise<void> {
  const mayRead = hasRight(mailbox.rights, 'r');
  if (status !== null && mayRead) await io.send(await formatStatus(session, mailbox, status));
  if (myRights) await io.send(formatMyRights(session, mailbox));
  if (metadata === null || !mayRead) return;
  const annotated = { place: mailbox.id, wireName: session.writeName(mailbox.name), rights: mailbox.rights };
  await io.send(await listMetadata(session, annotated, metadata));
}

/** Own mailboxes, those of others with the levels above them, and subscribed names that are none. */
export async function gatherNames(session: ImapSession): Promise<ListedName[]> {
  const subscriptions = new Set(await session.options.mailStore.listSubscriptions(session.signedIn.id));
  const mailboxes = await listVisible(session);
  const known = new Set(mailboxes.map((mailbox) => mailbox.name));
  const missing = new Set(
    [...superiorsOfOthers(mailboxes), ...subscriptions].filter((name) => !known.has(name)),
  );
  const listed = mailboxes.map((mailbox) => ({ name: mailbox.name, mailbox }));
  const unlisted = [...missing].map((name) => ({ name, mailbox: null }));
  return [...listed, ...unlisted].map((each) => ({ ...each, isSubscribed: subscriptions.has(each.name) }));
}

/** Levels of the namespaces of others; of the own mailboxes every superior exists. */
function superiorsOfOthers(mailboxes: readonly ReachableMailbox[]): string[] {
  return mailboxes
    .filter((mailbox) => mailbox.owner !== null)
    .flatMap(({ name }) => {
      const levels = name.split(MAILBOX_DELIMITER);
      return levels.slice(1).map((_level, index) => levels.slice(0, index + 1).join(MAILBOX_DELIMITER));
    });
}

function isSelectedByOptions(listing: Listing): boolean {
  const { command, listed } = listing;
  const { selection } = command;
  if (selection.includes('SUBSCRIBED')) return listed.isSubscribed && hasWantedUse(command, listed);
  if (listed.mailbox === null) return isLevel(listing);
  return hasWantedUse(command, listed);
}

/**
 * A level above mailboxes is shown where a pattern with `%` asks for levels (RFC 9051 §6.3.9); RFC 4314 §4 has it otherwise not
 * exist. What only a subscription has left is shown to who asks for subscriptions.
 */
function isLevel({ command, listed, names }: Listing): boolean {
  const asksForLevels = command.patterns.some((pattern) => pattern.endsWith('%'));
  return asksForLevels && command.selection.length === 0 && hasChildren(listed, names);
}

function hasWantedUse(command: ListCommand, listed: ListedName): boolean {
  return !command.selection.includes('SPECIAL-USE') || (listed.mailbox?.specialUse ?? null) !== null;
}

/** RFC 5258 §3.5: an inferior is subscribed that the patterns do not show. */
function hasHiddenMatch({ listed, names, isMatch }: Listing): boolean {
  const prefix = listed.name + MAILBOX_DELIMITER;
  return names.some((each) => each.isSubscribed && each.name.startsWith(prefix) && !isMatch(each.name));
}

function attributesOf({ command, listed, names }: Listing): string[] {
  const { isExtended, returns, selection } = command;
  const attributes: string[] = [];
  // RFC 5258 §3: \NonExistent means \Noselect too, but clients of before it know only that.
  if (listed.mailbox === null) attributes.push(isExtended ? '\\NonExistent' : '\\Noselect');
  if (listed.isSubscribed && (returns.subscribed || selection.includes('SUBSCRIBED')))
    attributes.push('\\Subscribed');
  if (returns.children || !isExtended) attributes.push(childrenAttribute(listed, names));
  const use = listed.mailbox?.specialUse ?? null;
  // RFC 6154 §2: also without being asked, for clients that look for it in a plain LIST.
  if (use !== null && (returns.specialUse || !isExtended || selection.includes('SPECIAL-USE')))
    attributes.push(use);
  return attributes;
}

/** A name that the client is told of unasked (RFC 5465 §5.4, §5.5). */
export interface NameChange {
  readonly name: string;
  /** Of a mailbox that was renamed. */
  readonly oldName: string | null;
}

const WITH_ALL_ATTRIBUTES: ListCommand = {
  name: 'LIST',
  selection: [],
  reference: '',
  patterns: [],
  returns: {
    subscribed: true,
    children: true,
    specialUse: true,
    status: null,
    metadata: null,
    myRights: false,
  },
  isExtended: true,
};

export function formatNameChange(
  session: ImapSession,
  names: readonly ListedName[],
  { name, oldName }: NameChange,
): string {
  const listed = names.find((each) => each.name === name) ?? { name, mailbox: null, isSubscribed: false };
  const attributes = attributesOf({ command: WITH_ALL_ATTRIBUTES, listed, names, isMatch: () => true });
  const extension = oldName === null ? '' : ` ("OLDNAME" (${session.writeName(oldName)}))`;
  return `* LIST (${attributes.join(' ')}) ${DELIMITER} ${session.writeName(name)}${extension}`;
}

/** RFC 3348 §3, RFC 5258 §4 */
function childrenAttribute(listed: ListedName, names: readonly ListedName[]): string {
  return hasChildren(listed, names) ? '\\HasChildren' : '\\HasNoChildren';
}

function hasChildren(listed: ListedName, names: readonly ListedName[]): boolean {
  const prefix = listed.name + MAILBOX_DELIMITER;
  return names.some((each) => each.mailbox !== null && each.name.startsWith(prefix));
}
