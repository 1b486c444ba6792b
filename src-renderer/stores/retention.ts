/** Retention store: how long transcripts and timelines are kept, and what there is now. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { RetentionSettings, RetentionView } from '../../src-main/contract/retention.ts';
import { useConsole } from '../host/console.ts';

export const useRetentionStore = defineStore('retention', () => {
  const view = ref<RetentionView | null>(null);

  async function load(): Promise<void> {
    view.value = await useConsole().client.retention.read();
  }

  async function change(settings: RetentionSettings): Promise<void> {
    view.value = await useConsole().client.retention.change(settings);
  }

  return { view, load, change };
});
