/** Hold rules store: which mail waits for an administrator. */
import { defineStore } from 'pinia';
import type { HoldRule, NewHoldRule } from '../../src-main/contract/queue.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useHoldRulesStore = defineStore('holdRules', () => {
  const rules = createLive<undefined, readonly HoldRule[], never>({
    open: (_, signal) => useConsole().client.queue.watchHoldRules(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  /** Answers how many that wait are held now. */
  async function add(rule: NewHoldRule): Promise<number> {
    return (await useConsole().client.queue.addHoldRule(rule)).held;
  }

  async function enable(id: string, isEnabled: boolean): Promise<void> {
    await useConsole().client.queue.enableHoldRule({ id, isEnabled });
  }

  async function remove(id: string): Promise<void> {
    await useConsole().client.queue.removeHoldRule({ id });
  }

  return { rules, add, enable, remove };
});
