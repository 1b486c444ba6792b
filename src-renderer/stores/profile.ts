/** Profile store: one's own password, second factor, sessions and API tokens. */
import { defineStore } from 'pinia';
import type { NewToken, Profile } from '../../src-main/contract/profile.ts';
import { useConsole } from '../host/console.ts';
import { makePasskey } from '../host/passkey.ts';
import { createLive } from './live.ts';
import { useSessionStore } from './session.ts';

export const useProfileStore = defineStore('profile', () => {
  const session = useSessionStore();
  const live = createLive<void, Profile, never>({
    open: (_, signal) => useConsole().client.profile.watch(undefined, { signal }),
    show: (profile) => profile,
    keepsView: true,
  });
  const calls = () => useConsole().client.profile;

  /** The session goes on under a new token; all others end. */
  async function changePassword(current: string, password: string): Promise<void> {
    await calls().changePassword({ current, password });
    await session.ask();
  }

  /** Answers the recovery codes, which nobody can ask for again. */
  async function confirmTotp(code: string): Promise<readonly string[]> {
    const { recoveryCodes } = await calls().confirmTotp({ code });
    await session.ask();
    return recoveryCodes;
  }

  async function addPasskey(name: string): Promise<void> {
    const response = await makePasskey(await calls().beginPasskey());
    await calls().confirmPasskey({ name, response });
    await session.ask();
  }

  return {
    ...live,
    changePassword,
    confirmTotp,
    addPasskey,
    beginTotp: () => calls().beginTotp(),
    removeTotp: (password: string) => calls().removeTotp({ password }),
    renewRecoveryCodes: async (password: string) =>
      (await calls().renewRecoveryCodes({ password })).recoveryCodes,
    removePasskey: (id: string, password: string) => calls().removePasskey({ id, password }),
    endSession: (id: string) => calls().endSession({ id }),
    endOtherSessions: () => calls().endOtherSessions(),
    addToken: async (wanted: NewToken) => (await calls().addToken(wanted)).secret,
    removeToken: (id: number) => calls().removeToken({ id }),
  };
});
