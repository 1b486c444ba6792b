/** Accounts store: who has mail here. */
import { defineStore } from 'pinia';
import type {
  AccountChange,
  AccountImport,
  AccountPage,
  AccountQuery,
  AccountRow,
  NewAccount,
  RemovalPreview,
} from '../../src-main/contract/accounts.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useAccountsStore = defineStore('accounts', () => {
  const live = createLive<AccountQuery, AccountPage, never>({
    open: (query, signal) => useConsole().client.accounts.watch(query, { signal }),
    show: (page) => page,
    keepsView: true,
  });

  const add = (account: NewAccount): Promise<AccountRow> => useConsole().client.accounts.add(account);
  const change = (update: AccountChange): Promise<AccountRow> => useConsole().client.accounts.change(update);
  const setPassword = (id: number, password: string): Promise<void> =>
    useConsole().client.accounts.setPassword({ id, password });
  const importCsv = (csv: string, isApplied: boolean): Promise<AccountImport> =>
    useConsole().client.accounts.importCsv({ csv, isApplied });
  const previewRemoval = (id: number): Promise<RemovalPreview> =>
    useConsole().client.accounts.previewRemoval({ id });
  const remove = (id: number): Promise<RemovalPreview> => useConsole().client.accounts.remove({ id });

  /** For the palette: the first accounts and shared mailboxes that match. */
  async function find(text: string, limit: number): Promise<readonly AccountRow[]> {
    return (await useConsole().client.accounts.list({ text, limit, withShared: true })).items;
  }

  return { ...live, add, change, setPassword, importCsv, previewRemoval, remove, find };
});
