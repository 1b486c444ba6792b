/** Administrators: who may sign in to the console. Passwords are kept as accounts' are. */
import type { AdministratorStore } from './port.ts';
import type { PasswordKeeper } from './credentials.ts';
import type { AdministratorRows } from './store-port.ts';

export function createAdministrators(options: {
  rows: AdministratorRows;
  passwords: PasswordKeeper;
}): AdministratorStore {
  const { rows, passwords } = options;
  return {
    count: () => rows.count(),
    put: async ({ name, password }) => rows.put({ name, password: (await passwords.hash(password)).scrypt }),
    verify: async (name, password) => {
      const row = await rows.find(name);
      return passwords.verify(password, row?.password ?? null);
    },
  };
}
