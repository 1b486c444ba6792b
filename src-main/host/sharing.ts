/**
 * Sharing, as administrators do it: rights for one account on some or all mailboxes of another.
 *
 * Flow: console, provision file → here → mailstore. Invariants: who is given a mailbox is subscribed to it, since mail programs
 * show what is subscribed; who loses it is no longer.
 */
import type { Account, AccountId, DirectoryAdmin } from '../directory/port.ts';
import type { Mailbox, MailStore } from '../mail/mailstore/port.ts';
import {
  groupGrantee,
  hasRight,
  isGroup,
  type Grant,
  type Grantee,
  type GroupGrantee,
  type Rights,
} from '../mail/mailstore/sharing/port.ts';
import { nameAt, rootOf } from '../mail/retrieval/imap/shared-names.ts';

export type SharingStore = Pick<
  MailStore,
  'listMailboxes' | 'listGrants' | 'changeGrants' | 'setSubscribed' | 'onChange'
>;

/** What one has in a mailbox by entries of its own. */
export interface Held {
  readonly rights: Rights;
  readonly denied: Rights;
}

export function heldBy(grants: readonly Grant[], grantee: Grantee): Held {
  const entry = (isNegative: boolean): Rights =>
    grants.find((grant) => grant.grantee === grantee && grant.isNegative === isNegative)?.rights ?? '';
  return { rights: entry(false), denied: entry(true) };
}

export type SharingDirectory = Pick<DirectoryAdmin, 'listAccounts' | 'listGroupMembers'>;

export class Sharing {
  readonly #store: SharingStore;
  readonly #directory: SharingDirectory;

  constructor(store: SharingStore, directory: SharingDirectory) {
    this.#store = store;
    this.#directory = directory;
  }

  /** Makes these the grantee's entries on the mailboxes of one owner. */
  async give(
    mailboxes: readonly Mailbox[],
    grantee: Grantee,
    held: (mailbox: Mailbox) => Held,
  ): Promise<void> {
    for (const [wanted, ids] of groupByHeld(mailboxes, held)) {
      const change = { grantee, operation: 'replace' } as const;
      await this.#store.changeGrants(ids, { ...change, isNegative: false, rights: wanted.rights });
      await this.#store.changeGrants(ids, { ...change, isNegative: true, rights: wanted.denied });
    }
    await this.#subscribe(mailboxes, grantee, held);
  }

  async #subscribe(
    mailboxes: readonly Mailbox[],
    grantee: Grantee,
    held: (mailbox: Mailbox) => Held,
  ): Promise<void> {
    const accounts = await this.#directory.listAccounts();
    const owner = accounts.find((account) => account.id === mailboxes[0]?.accountId);
    if (owner === undefined) return;
    const members = isGroup(grantee) ? await this.#membersOf(grantee) : [];
    for (const reader of accounts.filter((account) => isMeant(account, grantee, { owner, members }))) {
      for (const mailbox of mailboxes) {
        const name = nameAt(rootOf(owner, reader), mailbox.name);
        await this.#store.setSubscribed(reader.id, name, hasRight(held(mailbox).rights, 'l'));
      }
    }
  }

  async #membersOf(grantee: GroupGrantee): Promise<readonly AccountId[]> {
    const groups = await this.#directory.listGroupMembers();
    return groups.find(({ address }) => groupGrantee(address) === grantee)?.members ?? [];
  }
}

function isMeant(
  { id, kind }: Account,
  grantee: Grantee,
  { owner, members }: { owner: Account; members: readonly AccountId[] },
): boolean {
  const isNamed = grantee === 'anyone' || grantee === id || members.includes(id);
  return kind === 'person' && id !== owner.id && isNamed;
}

/** Mailboxes that get the same are one commit. */
function groupByHeld(
  mailboxes: readonly Mailbox[],
  held: (mailbox: Mailbox) => Held,
): ReadonlyMap<Held, number[]> {
  const groups = new Map<string, [Held, number[]]>();
  for (const mailbox of mailboxes) {
    const wanted = held(mailbox);
    const key = `${wanted.rights} ${wanted.denied}`;
    const group = groups.get(key) ?? [wanted, []];
    group[1].push(mailbox.id);
    groups.set(key, group);
  }
  return new Map(groups.values());
}
