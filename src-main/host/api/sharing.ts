/**
 * Sharing handlers: who else may do what in an account's mailboxes, and the mailboxes that nobody owns.
 */
import type { ShareMember, SharedMailboxRow, ShareView } from '../../contract/sharing.ts';
import type { Account, AccountId } from '../../directory/port.ts';
import type { Mailbox } from '../../mail/mailstore/port.ts';
import {
  groupGrantee,
  isGroup,
  type Grant,
  type Grantee,
  type GroupGrantee,
} from '../../mail/mailstore/sharing/port.ts';
import { heldBy, Sharing } from '../sharing.ts';
import type { AccountReader } from './accounts.ts';
import { guardedCalls, refusal, valueOf } from './base.ts';
import { unsubscribeAll, windowFeed } from './feed.ts';
import type { ConsoleServices } from './services.ts';

const FEED_INTERVAL_MS = 300;

export function createSharingHandlers(services: ConsoleServices, accounts: AccountReader) {
  const desk = new SharingDesk(services, accounts);
  const { clock, directory, mailStore } = services;
  const open = (changed: () => void) =>
    unsubscribeAll(directory.onChange(changed), mailStore.onChange(changed));
  const intervalMs = FEED_INTERVAL_MS;
  return {
    watch: guardedCalls.sharing.watch.handler(({ input, signal }) =>
      windowFeed({ clock, signal, intervalMs, open, snapshot: () => desk.view(input) }),
    ),
    watchMailboxes: guardedCalls.sharing.watchMailboxes.handler(({ signal }) =>
      windowFeed({ clock, signal, intervalMs, open, snapshot: () => desk.listShared() }),
    ),
    ...changingHandlers(services, accounts, desk),
  };
}

function changingHandlers(services: ConsoleServices, accounts: AccountReader, desk: SharingDesk) {
  const { directory, logger } = services;
  return {
    give: guardedCalls.sharing.give.handler(async ({ input, context }) => {
      const { accountId, mailbox, grantee, rights } = input;
      const mailboxes = await desk.mailboxes(accountId, mailbox);
      const held = await desk.held(mailboxes, grantee);
      await desk.sharing.give(mailboxes, await desk.check(grantee), () => ({ rights, denied: '' }));
      logger.info('mailboxes shared', { ...input, by: context.administrator });
      return held;
    }),

    restore: guardedCalls.sharing.restore.handler(async ({ input, context }) => {
      const held = new Map(input.held.map((each) => [each.mailboxId, each]));
      const all = await desk.mailboxes(input.accountId, null);
      const mailboxes = all.filter(({ id }) => held.has(id));
      const nothing = { rights: '', denied: '' };
      const grantee = await desk.check(input.grantee);
      await desk.sharing.give(mailboxes, grantee, ({ id }) => held.get(id) ?? nothing);
      logger.info('mailboxes shared as before', { ...input, by: context.administrator });
    }),

    addMailbox: guardedCalls.sharing.addMailbox.handler(async ({ input, context }) => {
      const added = valueOf(await directory.addSharedMailbox(input));
      logger.info('shared mailbox added', { account: added.address, by: context.administrator });
      return accounts.describe(added);
    }),
  };
}

class SharingDesk {
  readonly sharing: Sharing;
  readonly #services: ConsoleServices;
  readonly #accounts: AccountReader;

  constructor(services: ConsoleServices, accounts: AccountReader) {
    this.sharing = new Sharing(services.mailStore, services.directory);
    this.#services = services;
    this.#accounts = accounts;
  }

  async mailboxes(accountId: AccountId, name: string | null): Promise<readonly Mailbox[]> {
    const all = await this.#services.mailStore.listMailboxes(accountId);
    const mailboxes = name === null ? all : all.filter((mailbox) => mailbox.name === name);
    if (mailboxes.length === 0) throw refusal('noSuchAccount');
    return mailboxes;
  }

  async held(mailboxes: readonly Mailbox[], grantee: Grantee) {
    const lists = await this.#grantsOn(mailboxes);
    return mailboxes.map(({ id }, index) => ({ mailboxId: id, ...heldBy(lists[index] ?? [], grantee) }));
  }

  /** Only who can sign in can be given rights, and groups of those. */
  async check(grantee: Grantee): Promise<Grantee> {
    if (grantee === 'anyone') return grantee;
    if (isGroup(grantee)) return this.#checkGroup(grantee);
    const accounts = await this.#services.directory.listAccounts();
    const isPerson = accounts.some(({ id, kind }) => id === grantee && kind === 'person');
    if (!isPerson) throw refusal('noSuchAccount');
    return grantee;
  }

  async #checkGroup(grantee: GroupGrantee): Promise<Grantee> {
    const known = (await this.#groups()).find((group) => group.grantee === grantee);
    if (known === undefined) throw refusal('noSuchAlias');
    return known.grantee;
  }

  /** By address. */
  async #groups(): Promise<readonly Receiver[]> {
    const aliases = await this.#services.directory.listAliases();
    return aliases
      .flatMap(({ address, group }) =>
        group === null ? [] : [{ grantee: groupGrantee(address), address, name: group.name }],
      )
      .sort(compareAddresses);
  }

  async view(query: {
    accountId: AccountId;
    mailbox: string | null;
    text: string;
    limit: number;
  }): Promise<ShareView> {
    const all = await this.mailboxes(query.accountId, null);
    const chosen = all.filter(({ name }) => query.mailbox === null || name === query.mailbox);
    const lists = await this.#grantsOn(chosen);
    const accounts = await this.#services.directory.listAccounts();
    const people = accounts.filter(({ id, kind }) => kind === 'person' && id !== query.accountId);
    const receivers = [...(await this.#groups()), ...people.sort(compareAddresses).map(toReceiver)];
    const members = receivers
      .filter((receiver) => isMatch(receiver, query.text))
      .map((receiver) => describeMember(lists, receiver));
    const [having, others] = [members.filter(hasAccess), members.filter((member) => !hasAccess(member))];
    return {
      mailboxes: all.map(({ name }) => name),
      members: [describeMember(lists, ANYONE), ...[...having, ...others].slice(0, query.limit)],
      total: members.length,
    };
  }

  async listShared(): Promise<readonly SharedMailboxRow[]> {
    const accounts = await this.#services.directory.listAccounts();
    const shared = accounts.filter(({ kind }) => kind === 'shared').sort(compareAddresses);
    return Promise.all(
      shared.map(async (account) => ({
        ...(await this.#accounts.describe(account)),
        members: await this.#membersOf(account, accounts),
      })),
    );
  }

  async #membersOf(shared: Account, accounts: readonly Account[]): Promise<readonly ShareMember[]> {
    const mailboxes = await this.#services.mailStore.listMailboxes(shared.id);
    const lists = await this.#grantsOn(mailboxes.filter(({ name }) => name === 'INBOX'));
    const grantees = new Set(lists.flat().map(({ grantee }) => grantee));
    const people = accounts.toSorted(compareAddresses).map(toReceiver);
    const receivers = [ANYONE, ...(await this.#groups()), ...people];
    return receivers
      .filter(({ grantee }) => grantees.has(grantee))
      .map((receiver) => describeMember(lists, receiver));
  }

  #grantsOn(mailboxes: readonly Mailbox[]): Promise<readonly (readonly Grant[])[]> {
    return Promise.all(mailboxes.map(({ id }) => this.#services.mailStore.listGrants(id)));
  }
}

type Receiver = Pick<ShareMember, 'grantee' | 'address' | 'name'>;

const ANYONE: Receiver = { grantee: 'anyone', address: '', name: '' };

function toReceiver({ id, address, name }: Account): Receiver {
  return { grantee: id, address, name };
}

function isMatch({ address, name }: Receiver, words: string): boolean {
  const text = words.toLowerCase();
  return address.toLowerCase().includes(text) || name.toLowerCase().includes(text);
}

function hasAccess({ rights, denied }: ShareMember): boolean {
  return rights !== '' || denied !== '';
}

function compareAddresses(a: { address: string }, b: { address: string }): number {
  return a.address < b.address ? -1 : 1;
}

function describeMember(lists: readonly (readonly Grant[])[], receiver: Receiver): ShareMember {
  const held = lists.map((grants) => heldBy(grants, receiver.grantee));
  const first = held[0] ?? { rights: '', denied: '' };
  const isSame = held.every(({ rights, denied }) => rights === first.rights && denied === first.denied);
  return {
    ...receiver,
    rights: isSame ? first.rights : null,
    denied: isSame ? first.denied : '',
  };
}
