/** Reports store: who sends in our name, how TLS to us goes, and whether we tell others. */
import { defineStore } from 'pinia';
import type {
  DmarcSummary,
  ReportQuery,
  ReportSettings,
  TlsSummary,
} from '../../src-main/contract/reports.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useReportsStore = defineStore('reports', () => {
  const dmarc = createLive<ReportQuery, DmarcSummary, never>({
    open: (query, signal) => useConsole().client.reports.watchDmarc(query, { signal }),
    show: (snapshot) => snapshot,
    keepsView: true,
  });
  const tls = createLive<ReportQuery, TlsSummary, never>({
    open: (query, signal) => useConsole().client.reports.watchTls(query, { signal }),
    show: (snapshot) => snapshot,
    keepsView: true,
  });
  const settings = createLive<undefined, ReportSettings, never>({
    open: (_, signal) => useConsole().client.reports.watchSettings(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  async function changeSettings(change: ReportSettings): Promise<void> {
    await useConsole().client.reports.changeSettings(change);
  }

  return { dmarc, tls, settings, changeSettings };
});
