/**
 * The account that restored mail goes to: one that is here, or the one of the backup, made again as it was: name, quota, password, further
 * addresses, forwarding, Sieve scripts. Its domain comes along where it is gone; aliases of others do not.
 */
import { randomBytes } from 'node:crypto';
import { BackupProblem } from '../../backup/port.ts';
import type { FullDirectory } from '../../directory/create-directory.ts';
import type { AccountId } from '../../directory/port.ts';
import type { AccountRow } from '../../directory/store-port.ts';
import type { Storage } from '../../storage/open-storage.ts';

export interface PeopleStores {
  readonly directory: FullDirectory;
  readonly scripts: Storage['scripts'];
}

export interface ReaddOrder {
  /** As it is in the backup. */
  readonly account: AccountRow;
  /** null: the one of the same address. */
  readonly into: AccountId | null;
  /** The backup. */
  readonly from: Pick<Storage, 'scripts'>;
}

/** Nobody knows it; what the account's password was takes its place at once. */
const PASSWORD_OCTETS = 24;

export async function readdTo(stores: PeopleStores, order: ReaddOrder): Promise<AccountId> {
  const { directory } = stores;
  const { account, into } = order;
  if (into !== null) return into;
  const here = (await directory.listAccounts()).find(
    ({ address }) => address.toLowerCase() === account.address.toLowerCase(),
  );
  return here?.id ?? (await readd(stores, order));
}

async function readd(
  { directory, scripts }: PeopleStores,
  { account, from }: ReaddOrder,
): Promise<AccountId> {
  const { localPart, domain, name, credentials, quotaBytes, quotaMessages } = account;
  if (!(await directory.isLocalDomain(domain))) valueOf(await directory.addDomain(domain), account);
  const wanted = { localPart, domain, name };
  const added =
    credentials === null
      ? await directory.addSharedMailbox(wanted)
      : await directory.addAccount({ ...wanted, password: randomBytes(PASSWORD_OCTETS).toString('base64') });
  const { id } = valueOf(added, account);
  if (credentials !== null) await directory.replaceCredentials(id, credentials);
  const { isEnabled, addresses, forwarding, delivery, requiresAppPassword, pop3 } = account;
  const limits = { quotaBytes, quotaMessages };
  // An address that somebody has taken meanwhile is theirs.
  const all = { ...limits, isEnabled, forwarding, delivery, requiresAppPassword, pop3 };
  const changed = await directory.changeAccount(id, { ...all, addresses });
  if (!changed.ok) valueOf(await directory.changeAccount(id, all), account);
  await copyScripts({ scripts, from }, { before: account.id, id });
  return id;
}

async function copyScripts(
  { scripts, from }: { scripts: Storage['scripts']; from: ReaddOrder['from'] },
  { before, id }: { before: AccountId; id: AccountId },
): Promise<void> {
  for (const { name } of await from.scripts.list(before)) {
    const script = await from.scripts.read(before, name);
    if (script === null) continue;
    await scripts.put(id, { name, text: script.text });
    if (script.use !== null) await scripts.setUse(id, name, script.use);
  }
}

function valueOf<T>(
  result: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string },
  { address }: AccountRow,
): T {
  if (result.ok) return result.value;
  throw new BackupProblem('noSnapshot', `the account ${address} could not be made again: ${result.error}`);
}
