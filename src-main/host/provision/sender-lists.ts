/** What a provision file says of senders, for the office and for accounts: a list that is named replaces the one that is there. */
import { keyOfAddress } from '../../directory/address-key.ts';
import type { DirectoryAdmin } from '../../directory/port.ts';
import type { ListOwner, SenderLists, SenderListStore } from '../../mail/screening/sender-lists/port.ts';
import { OFFICE } from '../../mail/screening/store-port.ts';
import type { Provision } from './schema.ts';

interface Targets {
  readonly directory: Pick<DirectoryAdmin, 'listAccounts'>;
  readonly senderLists: SenderListStore;
}

interface WantedLists {
  readonly allow?: readonly string[] | undefined;
  readonly block?: readonly string[] | undefined;
}

export async function applySenderLists(
  { screening = {}, domains }: Provision,
  { directory, senderLists }: Targets,
): Promise<void> {
  await apply(senderLists, OFFICE, screening);
  for (const { name, accounts } of domains) {
    const wanted = accounts.filter(({ allow, block }) => allow !== undefined || block !== undefined);
    if (wanted.length === 0) continue;
    const known = await directory.listAccounts();
    const ids = new Map(known.map(({ id, address }) => [keyOfAddress(address), id]));
    for (const account of wanted) {
      const id = ids.get(keyOfAddress(`${account.localPart}@${name}`));
      if (id !== undefined) await apply(senderLists, id, account);
    }
  }
}

async function apply(store: SenderListStore, owner: ListOwner, { allow, block }: WantedLists): Promise<void> {
  if (allow === undefined && block === undefined) return;
  const current = await store.read(owner);
  const wanted: SenderLists = { allow: allow ?? current.allow, block: block ?? current.block };
  await store.replace(owner, wanted);
}
