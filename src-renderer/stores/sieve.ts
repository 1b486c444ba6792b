/** Sieve store: an account's rules with their text, and the office's scripts. */
import { defineStore } from 'pinia';
import type {
  AccountRules,
  AccountScripts,
  CheckedText,
  ScriptOwner,
  ScriptProblem,
  ScriptRow,
  ScriptUse,
} from '../../src-main/contract/sieve.ts';
import { useConsole } from '../host/console.ts';
import { createLive } from './live.ts';

export type OfficeScript = ScriptRow & { readonly text: string };

export interface SavedScript {
  readonly owner: ScriptOwner;
  readonly name: string;
  readonly text: string;
  readonly use: ScriptUse | null;
}

export const useSieveStore = defineStore('sieve', () => {
  const account = createLive<number, AccountScripts, never>({
    open: (accountId, signal) => useConsole().client.sieve.watch({ accountId }, { signal }),
    show: (scripts) => scripts,
  });
  const office = createLive<void, readonly OfficeScript[], never>({
    open: (_, signal) => useConsole().client.sieve.watchOffice(undefined, { signal }),
    show: (scripts) => scripts,
  });

  const compose = (rules: AccountRules) => useConsole().client.sieve.compose(rules);
  const check = (text: string): Promise<CheckedText> => useConsole().client.sieve.check({ text });
  /** Answers what is wrong; nothing is stored then. */
  const save = async (script: SavedScript): Promise<readonly ScriptProblem[]> =>
    (await useConsole().client.sieve.save(script)).problems;
  const setUse = (script: { owner: ScriptOwner; name: string; use: ScriptUse | null }) =>
    useConsole().client.sieve.setUse(script);
  const remove = (owner: ScriptOwner, name: string) => useConsole().client.sieve.remove({ owner, name });

  return { account, office, compose, check, save, setUse, remove };
});
