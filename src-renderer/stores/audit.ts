/** Audit store: what was changed by whom, whether the chain is whole, and all of it to take away. */
import { defineStore } from 'pinia';
import type { AuditCheck, AuditPage, AuditQuery } from '../../src-main/contract/audit.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useAuditStore = defineStore('audit', () => {
  const live = createLive<AuditQuery, AuditPage, never>({
    open: (query, signal) => useConsole().client.audit.watch(query, { signal }),
    show: (page) => page,
    keepsView: true,
  });

  function check(): Promise<AuditCheck> {
    return useConsole().client.audit.check();
  }

  /** The whole log as one text. */
  async function exportAll(format: 'jsonl' | 'csv'): Promise<string> {
    const pieces: string[] = [];
    for (let after: number | null = 0; after !== null;) {
      const piece: { text: string; after: number | null } = await useConsole().client.audit.export({
        ...{ format, after },
      });
      pieces.push(piece.text);
      after = piece.after;
    }
    return pieces.join('');
  }

  return { ...live, check, exportAll };
});
