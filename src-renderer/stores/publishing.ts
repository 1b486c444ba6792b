/** Publishing store: how the DNS of domains is kept, compared and changed. Nothing is kept here: dialogs ask anew. */
import { defineStore } from 'pinia';
import type { KeeperInput } from '../../src-main/contract/publishing.ts';
import { useConsole } from '../host/console.ts';

export const usePublishingStore = defineStore('publishing', () => {
  const calls = () => useConsole().client.publishing;
  return {
    read: (domain: string) => calls().read({ domain }),
    changeKeeper: (domain: string, keeper: KeeperInput) => calls().changeKeeper({ domain, keeper }),
    test: (domain: string, keeper: KeeperInput) => calls().test({ domain, keeper }),
    compare: (domain: string) => calls().compare({ domain }),
    compareZoneFile: (domain: string, text: string) => calls().compareZoneFile({ domain, text }),
    apply: (domain: string, revision: string, chosen: string[]) =>
      calls().apply({ domain, revision, chosen }),
    undo: (domain: string) => calls().undo({ domain }),
    watchSpread: (domain: string, signal: AbortSignal) => calls().watchSpread({ domain }, { signal }),
    zoneFile: (domain: string, style: 'absolute' | 'relative') => calls().zoneFile({ domain, style }),
  };
});
