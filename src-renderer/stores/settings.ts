/** Settings store: listeners, the server's name, its certificate. */
import { defineStore } from 'pinia';
import type { ServerSettings, SettingsChange } from '../../src-main/contract/settings.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useSettingsStore = defineStore('settings', () => {
  const live = createLive<void, ServerSettings, never>({
    open: (_, signal) => useConsole().client.settings.watch(undefined, { signal }),
    show: (settings) => settings,
    keepsView: true,
  });

  async function change(update: SettingsChange): Promise<void> {
    live.view.value = await useConsole().client.settings.change(update);
  }

  return { ...live, change };
});
