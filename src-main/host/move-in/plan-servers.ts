/** A list of accounts on other servers as a plan: accounts that are missing are made, with the password that they have there. */
import { err, ok, type Result } from '../../base/result.ts';
import type { ListMistake, MoveInItem } from '../../contract/move-in.ts';
import { domainOfKey, keyOfAddress } from '../../directory/address-key.ts';
import { ImapSource } from '../../mail/transfer/from/imap-source.ts';
import { openImapSession, type ImapClientOptions } from '../../protocol/imap/client/open-session.ts';
import { localPartOf, type Here, type MailJob, type MoveInPlan } from './plan.ts';
import { parseServerList, type MovingAccount, type ServerDefaults } from './server-list.ts';

export interface ServerList extends ServerDefaults {
  readonly csv: string;
}

/** `imap`: how the servers are reached. */
export function planServers(
  { csv, ...defaults }: ServerList,
  { here, imap }: { readonly here: Here; readonly imap: ImapClientOptions },
): Result<MoveInPlan, readonly ListMistake[]> {
  const list = parseServerList(csv, defaults);
  if (!list.ok) return list;
  const mistakes = list.value.filter((account) => isOtherwiseUsed(account, here)).map(notAnAccount);
  if (mistakes.length > 0) return err(mistakes);
  const domains = [...Map.groupBy(list.value, ({ address }) => domainOfKey(keyOf(address)))];
  const isNew = ({ address }: MovingAccount) => !here.accounts.has(keyOf(address));
  return ok({
    items: domains.flatMap(([name, accounts]) => [
      itemOf({ kind: 'domain', name, detail: '', isNew: !here.domains.has(name) }),
      ...accounts.map((account) => describe(account, isNew(account))),
    ]),
    provision: {
      domains: domains.map(([name, accounts]) => ({
        name,
        accounts: accounts.filter(isNew).map(provisioned),
      })),
    },
    newAccounts: [],
    jobs: list.value.map((account) => jobOf(account, imap)),
  });
}

function keyOf(address: string): string {
  return keyOfAddress(address) ?? '';
}

/** An alias, a group or a shared mailbox has that address, or its domain is another's other name. */
function isOtherwiseUsed({ address }: MovingAccount, here: Here): boolean {
  const key = keyOf(address);
  const aliasOf = here.domains.get(domainOfKey(key)) ?? null;
  return aliasOf !== null || (here.addresses.has(key) && !here.accounts.has(key));
}

function notAnAccount({ line, address }: MovingAccount): ListMistake {
  return { line, column: 'address', problem: 'notAnAccount', value: address };
}

function describe({ address, target }: MovingAccount, isNew: boolean): MoveInItem {
  return itemOf({ kind: 'account', name: address, detail: target.host, isNew });
}

function itemOf({
  isNew,
  ...item
}: Pick<MoveInItem, 'kind' | 'name' | 'detail'> & { readonly isNew: boolean }): MoveInItem {
  const stays = item.kind === 'domain' ? 'domainStays' : 'accountStays';
  return { ...item, state: isNew ? 'comes' : 'exists', reason: isNew ? null : stays, messages: null };
}

function provisioned({ address, target }: MovingAccount): object {
  return { localPart: localPartOf(address), password: target.credentials.password };
}

function jobOf({ address, target }: MovingAccount, imap: ImapClientOptions): MailJob {
  return {
    address,
    messages: null,
    open: async (signal) => {
      const session = await openImapSession(target, imap);
      signal.addEventListener('abort', () => session.abort());
      return ImapSource.open(session);
    },
  };
}
