/** Encryption store: whether the data folder is encrypted, how far that is, where the key lies. */
import { defineStore } from 'pinia';
import type { EncryptionView } from '../../src-main/contract/encryption.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useEncryptionStore = defineStore('encryption', () => {
  const calls = () => useConsole().client.encryption;
  const live = createLive<void, EncryptionView, never>({
    open: (_, signal) => calls().watch(undefined, { signal }),
    show: (snapshot) => snapshot,
  });

  return {
    live,
    switch: (isOn: boolean): Promise<void> => calls().switch({ isOn }),
    pause: (isPaused: boolean): Promise<void> => calls().pause({ isPaused }),
    rotate: (): Promise<void> => calls().rotate(),
  };
});
