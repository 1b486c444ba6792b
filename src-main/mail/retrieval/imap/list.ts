/**
 * LIST (RFC 9051 §6.3.9, RFC 5258 LIST-EXTENDED, RFC 5819 LIST-STATUS, RFC 6154 SPECIAL-USE, RFC 9590
 * LIST-METADATA).
 */
import type { ListCommand } from '../../../protocol/imap/grammar/command.ts';
import { formatString } from '../../../protocol/imap/grammar/format.ts';
import type { CommandIo, Completion } from '../../../protocol/imap/server/session.ts';
import { MAILBOX_DELIMITER } from '../../mailstore/port.ts';
import type { Mailbox } from '../../mailstore/port.ts';
import { okay } from './completion.ts';
import type { ImapSession } from './imap-session.ts';
import { listMetadata } from './metadata.ts';
import { fullPattern, matchesPattern } from './name-pattern.ts';
import { formatStatus } from './status.ts';

const DELIMITER = formatString(MAILBOX_DELIMITER, false);

/** A name to be listed: a mailbox, or what a subscription to a missing one left. */
export interface ListedName {
  readonly name: string;
  readonly mailbox: Mailbox | null;
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
  const { status } = command.returns;
  if (status !== null && listed.mailbox !== null && isSelected) {
    await io.send(await formatStatus(session, listed.mailbox, status));
  }
  const { metadata } = command.returns;
  if (metadata !== null && listed.mailbox !== null && isSelected) {
    const annotated = { place: listed.mailbox.id, wireName: session.writeName(listed.name) };
    await io.send(await listMetadata(session, annotated, metadata));
  }
}

/** Mailboxes, and subscribed names that are none, in order. */
export async function gatherNames(session: ImapSession): Promise<ListedName[]> {
  const { mailStore } = session.options;
  const mailboxes = await mailStore.listMailboxes(session.signedIn.id);
  const known = new Set(mailboxes.map((mailbox) => mailbox.name));
  const subscriptions = await mailStore.listSubscriptions(session.signedIn.id);
  const missing = subscriptions.filter((name) => !known.has(name));
  return [
    ...mailboxes.map((mailbox) => ({ name: mailbox.name, mailbox, isSubscribed: mailbox.isSubscribed })),
    ...missing.map((name) => ({ name, mailbox: null, isSubscribed: true })),
  ];
}

function isSelectedByOptions({ command, listed }: Listing): boolean {
  const { selection } = command;
  if (selection.includes('SUBSCRIBED')) return listed.isSubscribed && hasWantedUse(command, listed);
  // A name without a mailbox is shown only to who asks for subscriptions.
  return listed.mailbox !== null && hasWantedUse(command, listed);
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
  if (listed.mailbox === null) attributes.push('\\NonExistent');
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
  returns: { subscribed: true, children: true, specialUse: true, status: null, metadata: null },
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
  const prefix = listed.name + MAILBOX_DELIMITER;
  const hasChildren = names.some((each) => each.mailbox !== null && each.name.startsWith(prefix));
  return hasChildren ? '\\HasChildren' : '\\HasNoChildren';
}
