/**
 * DomainReach: whether a call of an administrator of some domains is about those domains only.
 *
 * Invariants: what the contract gives no reach for is closed; programs and files of this machine are not given away through
 * an account's or alias's delivery; further addresses must be of the same domains.
 */
import type { Reach } from '../../contract/access.ts';
import type { Caller, ConsoleServices } from './services.ts';

export async function isWithinReach(call: {
  readonly services: ConsoleServices;
  readonly caller: Caller;
  readonly reach: Reach | null;
  readonly input: unknown;
}): Promise<boolean> {
  const { services, caller, reach } = call;
  if (reach === null) return false;
  if (reach === 'view') return true;
  const input = (call.input ?? {}) as Readonly<Record<string, unknown>>;
  const domain = await domainOf(services, reach, input);
  if (domain === null || !isOwn(caller, domain)) return false;
  return (
    deliversHere(input) && furtherAddresses(input).every((address) => isOwn(caller, domainPart(address)))
  );
}

/** null: everything is shown. */
export function domainsShownTo(caller: Caller): ReadonlySet<string> | null {
  return caller.role === 'domainAdministrator' ? new Set(caller.domains) : null;
}

async function domainOf(
  services: ConsoleServices,
  reach: Exclude<Reach, 'view'>,
  input: Readonly<Record<string, unknown>>,
): Promise<string | null> {
  if ('domain' in reach) return textOf(input[reach.domain]);
  if ('address' in reach) return domainPart(textOf(input[reach.address]) ?? '');
  const accounts = await services.directory.listAccounts();
  const id =
    'account' in reach
      ? input[reach.account]
      : await accountOfAppPassword(services, input[reach.appPassword]);
  return accounts.find((account) => account.id === id)?.domain ?? null;
}

async function accountOfAppPassword(services: ConsoleServices, id: unknown): Promise<number | null> {
  for (const account of await services.directory.listAccounts()) {
    const passwords = await services.signIns.appPasswords.list(account.id);
    if (passwords.some((each) => each.id === id)) return account.id;
  }
  return null;
}

function isOwn(caller: Caller, domain: string): boolean {
  return caller.domains.includes(domain.toLowerCase());
}

function domainPart(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.trim() : null;
}

function deliversHere({ delivery }: Readonly<Record<string, unknown>>): boolean {
  if (delivery === undefined || delivery === null) return true;
  return typeof delivery === 'object' && 'method' in delivery && delivery.method === 'mailstore';
}

function furtherAddresses({ addresses }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(addresses) ? addresses.map(String) : [];
}
