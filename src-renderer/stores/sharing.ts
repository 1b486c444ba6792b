/** Sharing store: who else may do what in an account's mailboxes, and the mailboxes that nobody owns. */
import { defineStore } from 'pinia';
import type { AccountRow } from '../../src-main/contract/accounts.ts';
import type {
  Grantee,
  HeldRights,
  NewSharedMailbox,
  SharedMailboxRow,
  ShareQuery,
  ShareView,
} from '../../src-main/contract/sharing.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

/** Rights for one account on one mailbox of another, or on all. */
export interface Share {
  readonly accountId: number;
  readonly mailbox: string | null;
  readonly grantee: Grantee;
  readonly rights: string;
}

export const useSharingStore = defineStore('sharing', () => {
  const members = createLive<ShareQuery, ShareView, never>({
    open: (query, signal) => useConsole().client.sharing.watch(query, { signal }),
    show: (view) => view,
    keepsView: true,
  });
  const mailboxes = createLive<void, readonly SharedMailboxRow[], never>({
    open: (_, signal) => useConsole().client.sharing.watchMailboxes(undefined, { signal }),
    show: (rows) => rows,
    keepsView: true,
  });

  /** Answers what there was, for restore(). */
  const give = (share: Share): Promise<readonly HeldRights[]> => useConsole().client.sharing.give(share);
  const restore = (share: Share, held: readonly HeldRights[]): Promise<void> => {
    const { accountId, grantee } = share;
    return useConsole().client.sharing.restore({ accountId, grantee, held });
  };
  const addMailbox = (mailbox: NewSharedMailbox): Promise<AccountRow> =>
    useConsole().client.sharing.addMailbox(mailbox);

  return { members, mailboxes, give, restore, addMailbox };
});
