/** Health store: what the checks found, asking anew, ignoring, and how it is looked at by itself. */
import { defineStore } from 'pinia';
import type {
  HealthAction,
  HealthChange,
  HealthKey,
  HealthSettings,
  HealthView,
} from '../../src-main/contract/health.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useHealthStore = defineStore('health', () => {
  const health = createLive<undefined, HealthView, never>({
    open: (_, signal) => useConsole().client.health.watch(undefined, { signal }),
    show: (snapshot) => snapshot,
  });
  const settings = createLive<undefined, HealthSettings, never>({
    open: (_, signal) => useConsole().client.health.watchSettings(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  async function runAll(): Promise<void> {
    await useConsole().client.health.run();
  }

  async function cancel(): Promise<void> {
    await useConsole().client.health.cancel();
  }

  /** Without a check: everything about the domain. */
  async function recheck(check: string | null, domain: string): Promise<void> {
    await useConsole().client.health.recheck({ check, domain });
  }

  async function ignore(key: HealthKey, reason: string, until: number | null): Promise<void> {
    await useConsole().client.health.ignore({ ...key, reason, until });
  }

  async function unignore(key: HealthKey): Promise<void> {
    await useConsole().client.health.unignore(key);
  }

  function history(key: HealthKey): Promise<readonly HealthChange[]> {
    return useConsole().client.health.history(key);
  }

  async function act(action: HealthAction, subject: string): Promise<void> {
    await useConsole().client.health.act({ action, subject });
  }

  async function changeSettings(change: HealthSettings): Promise<void> {
    await useConsole().client.health.changeSettings(change);
  }

  return { health, settings, runAll, cancel, recheck, ignore, unignore, history, act, changeSettings };
});
