/** Signing store: the keys with which mail of our domains is signed. */
import { defineStore } from 'pinia';
import type { SigningKey } from '../../src-main/contract/signing.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useSigningStore = defineStore('signing', () => {
  const keys = createLive<undefined, readonly SigningKey[], never>({
    open: (_, signal) => useConsole().client.signing.watch(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  async function makeKeys(domain: string): Promise<void> {
    await useConsole().client.signing.makeKeys({ domain });
  }

  async function check(domain: string): Promise<void> {
    await useConsole().client.signing.check({ domain });
  }

  async function remove(id: number): Promise<void> {
    await useConsole().client.signing.remove({ id });
  }

  return { keys, makeKeys, check, remove };
});
