/** Directory store: the domains and aliases that are ours. */
import { defineStore } from 'pinia';
import { computed } from 'vue';
import type {
  AliasPage,
  AliasQuery,
  AliasRow,
  DomainChange,
  DomainRow,
  NewAlias,
} from '../../src-main/contract/domains.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useDirectoryStore = defineStore('directory', () => {
  const domains = createLive<void, readonly DomainRow[], never>({
    open: (_, signal) => useConsole().client.domains.watch(undefined, { signal }),
    show: (rows) => rows,
    keepsView: true,
  });
  const aliases = createLive<AliasQuery, AliasPage, never>({
    open: (query, signal) => useConsole().client.aliases.watch(query, { signal }),
    show: (page) => page,
    keepsView: true,
  });
  const domainNames = computed(() => (domains.view.value ?? []).map((domain) => domain.name));

  const addDomain = (name: string): Promise<DomainRow> => useConsole().client.domains.add({ name });
  const changeDomain = (change: DomainChange): Promise<DomainRow> =>
    useConsole().client.domains.change(change);
  const removeDomain = (name: string): Promise<void> => useConsole().client.domains.remove({ name });
  const putAlias = (alias: NewAlias): Promise<AliasRow> => useConsole().client.aliases.put(alias);
  const removeAlias = (address: string): Promise<void> => useConsole().client.aliases.remove({ address });

  return { domains, aliases, domainNames, addDomain, changeDomain, removeDomain, putAlias, removeAlias };
});
