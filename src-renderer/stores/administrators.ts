/** Administrators store: who may steer this server, and as what. */
import { defineStore } from 'pinia';
import type { AdministratorsView, RoleChange } from '../../src-main/contract/administrators.ts';
import type { Role } from '../../src-main/contract/roles.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';
import { useSessionStore } from './session.ts';

export const useAdministratorsStore = defineStore('administrators', () => {
  const live = createLive<void, AdministratorsView, never>({
    open: (_, signal) => useConsole().client.administrators.watch(undefined, { signal }),
    show: (view) => view,
    keepsView: true,
  });
  const session = useSessionStore();
  const calls = () => useConsole().client.administrators;
  return {
    ...live,
    add: (wanted: RoleChange & { password: string }) => calls().add(wanted),
    change: (change: RoleChange) => calls().change(change),
    setPassword: (name: string, password: string) => calls().setPassword({ name, password }),
    resetSecondFactor: (name: string) => calls().resetSecondFactor({ name }),
    remove: (name: string) => calls().remove({ name }),
    endSession: (id: string) => calls().endSession({ id }),
    removeToken: (id: number) => calls().removeToken({ id }),
    /** It may bind whoever asks for it. */
    requireSecondFactor: async (roles: readonly Role[]) => {
      await calls().requireSecondFactor({ roles });
      await session.ask();
    },
  };
});
