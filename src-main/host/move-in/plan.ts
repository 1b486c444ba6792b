/**
 * Plan: what a move-in will bring, what is here already, and what cannot come; made before anything is written.
 *
 * Flow: backup | list → plan-hmailserver.ts | plan-servers.ts → here → carry-out.ts; the console shows its items first.
 */
import type { MoveInItem } from '../../contract/move-in.ts';
import { keyOfAddress } from '../../directory/address-key.ts';
import type { DirectoryAdmin } from '../../directory/port.ts';
import type { ImportSource } from '../../mail/transfer/port.ts';
import type { RouteSetting } from '../../mail/routing/port.ts';
import type { SettingsStore } from '../port.ts';

/** What is here already. */
export interface Here {
  /** Domain → the one whose other name it is. */
  readonly domains: ReadonlyMap<string, string | null>;
  /** Keys of the accounts that people sign in to. */
  readonly accounts: ReadonlySet<string>;
  /** Keys of all addresses that lead somewhere. */
  readonly addresses: ReadonlySet<string>;
  readonly routes: readonly RouteSetting[];
}

/** An account that is to be made, with what its provision cannot say. */
export interface NewAccount {
  readonly address: string;
  readonly isActive: boolean;
  /** As the old server has kept it (foreign-hashes.ts); null: the provision's holds. */
  readonly passwordHash: string | null;
}

export interface MailJob {
  readonly address: string;
  readonly messages: number | null;
  open(signal: AbortSignal): Promise<ImportSource>;
}

export interface MoveInPlan {
  readonly items: readonly MoveInItem[];
  /** For parseProvision(): only what is to be made. */
  readonly provision: object;
  readonly newAccounts: readonly NewAccount[];
  readonly jobs: readonly MailJob[];
}

export async function lookAround(directory: DirectoryAdmin, settings: SettingsStore): Promise<Here> {
  const [domains, accounts, aliases] = await Promise.all([
    directory.listDomains(),
    directory.listAccounts(),
    directory.listAliases(),
  ]);
  const keysOf = (addresses: readonly string[]) => addresses.flatMap((each) => keyOfAddress(each) ?? []);
  const people = accounts.filter(({ kind }) => kind === 'person');
  const taken = accounts.flatMap(({ address, addresses }) => [address, ...addresses]);
  return {
    domains: new Map(domains.map(({ name, aliasOf }) => [name, aliasOf])),
    accounts: new Set(keysOf(people.map(({ address }) => address))),
    addresses: new Set(keysOf([...taken, ...aliases.map(({ address }) => address)])),
    routes: (await settings.read()).routes,
  };
}

/** Whether somebody should know of it after all has come. */
export function isLeft({ state }: MoveInItem): boolean {
  return state === 'byHand' || state === 'cannot';
}

export function localPartOf(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at);
}
