/** Sign-ins store: who signed in, who was closed out, app passwords, and the means of signing in. */
import { defineStore } from 'pinia';
import type {
  AppPassword,
  NewAppPassword,
  SignInQuery,
  SignInSettings,
  SignInView,
} from '../../src-main/contract/sign-ins.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export const useSignInsStore = defineStore('signIns', () => {
  const log = createLive<SignInQuery, SignInView, never>({
    open: (query, signal) => useConsole().client.signIns.watch(query, { signal }),
    show: (snapshot) => snapshot,
    keepsView: true,
  });
  const appPasswords = createLive<number, readonly AppPassword[], never>({
    open: (accountId, signal) => useConsole().client.signIns.watchAppPasswords({ accountId }, { signal }),
    show: (snapshot) => snapshot,
  });

  async function unblock(id: string): Promise<void> {
    await useConsole().client.signIns.unblock({ id });
  }

  /** Answers the secret, which nobody can ask for again. */
  async function addAppPassword(wanted: NewAppPassword): Promise<string> {
    return (await useConsole().client.signIns.addAppPassword(wanted)).secret;
  }

  async function removeAppPassword(id: number): Promise<void> {
    await useConsole().client.signIns.removeAppPassword({ id });
  }

  function readSettings(): Promise<SignInSettings> {
    return useConsole().client.signIns.settings();
  }

  async function changeSettings(settings: SignInSettings): Promise<void> {
    await useConsole().client.signIns.changeSettings(settings);
  }

  return { log, appPasswords, unblock, addAppPassword, removeAppPassword, readSettings, changeSettings };
});
