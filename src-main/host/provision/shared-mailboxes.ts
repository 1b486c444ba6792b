/** Shared mailboxes of a provision file: made where they are missing; who is named in them gets its rights, others are left alone. */
import { keyOfAddress } from '../../directory/address-key.ts';
import { SHARE_LEVELS, type ShareLevel } from '../../contract/sharing.ts';
import type { Account } from '../../directory/port.ts';
import type { Grantee, Rights } from '../../mail/mailstore/sharing/port.ts';
import { groupGrantee, inOrder } from '../../mail/mailstore/sharing/port.ts';
import { heldBy, Sharing } from '../sharing.ts';
import type { ProvisionTargets } from './apply.ts';
import { expectOk, ProvisionError } from './expect-ok.ts';
import type { Provision } from './schema.ts';

type ProvisionedDomain = Provision['domains'][number];
type ProvisionedMailbox = ProvisionedDomain['sharedMailboxes'][number];

export async function applySharedMailboxes(
  domain: ProvisionedDomain,
  targets: ProvisionTargets,
): Promise<void> {
  for (const wanted of domain.sharedMailboxes) {
    const shared = await findOrAdd(domain.name, wanted, targets);
    for (const member of wanted.members) {
      const grantee = await findGrantee(member.account, targets);
      await giveRights(shared, { grantee, rights: toRights(member.rights) }, targets);
    }
  }
}

async function findOrAdd(
  domain: string,
  { localPart, name }: ProvisionedMailbox,
  { directory }: ProvisionTargets,
): Promise<Account> {
  const address = `${localPart}@${domain}`;
  const existing = await findAccount(address, directory);
  if (existing === undefined) {
    return expectOk(await directory.addSharedMailbox({ localPart, domain, name }), address);
  }
  if (existing.kind !== 'shared') throw new ProvisionError(`${address}: is the account of a person`);
  const isNamed = name === '' || name === existing.name;
  return isNamed ? existing : expectOk(await directory.changeAccount(existing.id, { name }), address);
}

async function findGrantee(account: string, { directory }: ProvisionTargets): Promise<Grantee> {
  if (account === 'anyone') return account;
  const found = await findAccount(account, directory);
  if (found?.kind === 'person') return found.id;
  const key = keyOfAddress(account);
  const groups = (await directory.listAliases()).filter(({ group }) => group !== null);
  const group = groups.find(({ address }) => keyOfAddress(address) === key);
  if (group === undefined) throw new ProvisionError(`${account}: noSuchAccount`);
  return groupGrantee(group.address);
}

async function findAccount(
  address: string,
  directory: ProvisionTargets['directory'],
): Promise<Account | undefined> {
  const key = keyOfAddress(address);
  return (await directory.listAccounts()).find((account) => keyOfAddress(account.address) === key);
}

/** On all of its mailboxes; those where it is so already stay untouched. */
async function giveRights(
  shared: Account,
  { grantee, rights }: { grantee: Grantee; rights: Rights },
  { directory, mailStore }: ProvisionTargets,
): Promise<void> {
  const others = [];
  for (const mailbox of await mailStore.listMailboxes(shared.id)) {
    const held = heldBy(await mailStore.listGrants(mailbox.id), grantee);
    if (held.rights !== rights || held.denied !== '') others.push(mailbox);
  }
  const sharing = new Sharing(mailStore, directory);
  if (others.length > 0) await sharing.give(others, grantee, () => ({ rights, denied: '' }));
}

function toRights(named: string): Rights {
  return named in SHARE_LEVELS ? SHARE_LEVELS[named as ShareLevel] : inOrder(named);
}
