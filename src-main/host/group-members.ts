/**
 * Group members: the mailstore's copy of who is in which group, kept in step with the directory.
 *
 * Flow: directory changes → here → mailstore (rights of groups) → sessions. Invariants: each copy is one commit; what was missed by a
 * crash is made good at the next start; who comes into a group is subscribed to what it shares, since mail programs show
 * what is subscribed.
 */
import type { Cancel } from '../base/clock.ts';
import type { Account, AccountId, DirectoryAdmin } from '../directory/port.ts';
import type { MailStore } from '../mail/mailstore/port.ts';
import { groupGrantee, hasRight, type GroupMembers } from '../mail/mailstore/sharing/port.ts';
import { nameAt, rootOf } from '../mail/retrieval/imap/shared-names.ts';

export interface GroupMembersOptions {
  readonly directory: Pick<DirectoryAdmin, 'listAccounts' | 'listGroupMembers' | 'onChange'>;
  readonly mailStore: Pick<MailStore, 'setGroupMembers' | 'listShared' | 'setSubscribed'>;
  readonly onError: (error: unknown) => void;
}

export function startGroupMembers(options: GroupMembersOptions): Cancel {
  let copied: Promise<GroupMembers | null> = Promise.resolve(null);
  const copy = (): void => {
    copied = copied
      .then(async (before) => copyMembers(options, before))
      .catch((error: unknown) => {
        options.onError(error);
        return null;
      });
  };
  copy();
  return options.directory.onChange(copy);
}

/** `before`: what was copied last; null: at the start, when nobody comes anew. */
async function copyMembers(options: GroupMembersOptions, before: GroupMembers | null): Promise<GroupMembers> {
  const groups = await options.directory.listGroupMembers();
  const now = groups.map(({ address, members }) => [groupGrantee(address), members] as const);
  if (JSON.stringify(now) === JSON.stringify(before)) return now;
  await options.mailStore.setGroupMembers(now);
  if (before !== null) await subscribe(options, newcomers(before, now));
  return now;
}

function newcomers(before: GroupMembers, now: GroupMembers): ReadonlySet<AccountId> {
  const known = new Map(before);
  return new Set(
    now.flatMap(([group, members]) => members.filter((id) => known.get(group)?.includes(id) !== true)),
  );
}

async function subscribe(
  { directory, mailStore }: GroupMembersOptions,
  readers: ReadonlySet<AccountId>,
): Promise<void> {
  if (readers.size === 0) return;
  const accounts = new Map((await directory.listAccounts()).map((account) => [account.id, account]));
  for (const id of readers) {
    const reader = accounts.get(id);
    if (reader?.kind === 'person') await subscribeTo(mailStore, reader, accounts);
  }
}

async function subscribeTo(
  mailStore: GroupMembersOptions['mailStore'],
  reader: Account,
  accounts: ReadonlyMap<AccountId, Account>,
): Promise<void> {
  for (const { mailbox, rights } of await mailStore.listShared(reader.id)) {
    const owner = accounts.get(mailbox.accountId);
    if (owner === undefined || !hasRight(rights, 'l')) continue;
    await mailStore.setSubscribed(reader.id, nameAt(rootOf(owner, reader), mailbox.name), true);
  }
}
