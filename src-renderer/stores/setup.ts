/** Setup store: what the first start needs beyond the other areas. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { DnsRecord } from '../../src-main/contract/setup.ts';
import { useConsole } from '../host/console.ts';
import { useSessionStore } from './session.ts';

export interface DomainRecords {
  readonly domain: string;
  readonly records: readonly DnsRecord[];
}

export const useSetupStore = defineStore('setup', () => {
  const session = useSessionStore();
  const dns = shallowRef<readonly DomainRecords[] | null>(null);

  async function createAdministrator(
    name: string,
    password: string,
    more: { language: 'en' | 'zh-CN'; token?: string },
  ): Promise<void> {
    session.take(await useConsole().client.setup.createAdministrator({ name, password, ...more }));
  }

  async function loadDnsRecords(): Promise<void> {
    dns.value = await useConsole().client.setup.dnsRecords();
  }

  async function sendTestMessage(accountId: number): Promise<string> {
    return (await useConsole().client.setup.sendTestMessage({ accountId })).traceId;
  }

  async function finish(): Promise<void> {
    session.take(await useConsole().client.setup.finish());
  }

  const calls = () => useConsole().client.setup;
  type Origin = Parameters<ReturnType<typeof calls>['findBackups']>[0];
  type Beginner = Pick<Origin, 'token'>;
  const restore = {
    findBackups: (origin: Origin) => calls().findBackups(origin),
    restoreBackup: (origin: Origin, snapshotId: string) => calls().restoreBackup({ ...origin, snapshotId }),
    restoreProgress: (beginner: Beginner) => calls().restoreProgress(beginner),
    cancelRestore: (beginner: Beginner) => calls().cancelRestore(beginner),
  };

  return { dns, createAdministrator, loadDnsRecords, sendTestMessage, finish, ...restore };
});
