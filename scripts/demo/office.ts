/** Who works in the demo's office, who writes to it from elsewhere, and the provision file that sets it up. */
import type { Endpoint } from '../../test/support/line-client.ts';
import { OUTSIDE, PEOPLE } from '../../test/support/office-people.ts';

export interface Person {
  readonly address: string;
  readonly name: string;
  /** What their machine calls itself. */
  readonly host: string;
  /** Where their machine connects from. */
  readonly from: Pick<Endpoint, 'localAddress'>;
}

/** Fits the console's pictures, which sign in with it. */
export const ADMINISTRATOR = { name: 'admin', password: 'postroom-demo' } as const;
/** Everybody's; they know that it is a demo. */
export const MAIL_PASSWORD = 'correct horse battery';
const HARBOR = 'harbor-office.example';
const LOTUS = 'lotus-tea.example';
export const DOMAINS: readonly string[] = [HARBOR, LOTUS];

export const STAFF: readonly Person[] = PEOPLE.map(([localPart, name, domain], index) => ({
  address: `${localPart}@${domain}`,
  name,
  host: `${localPart.split('.')[0]}-pc`,
  from: loopback(`127.0.1.${20 + index}`),
}));

/** They send from parts of the loopback network of their own, so that transcripts tell them apart. */
export const STRANGERS: readonly Person[] = OUTSIDE.map(([address, name, , host], index) => ({
  address,
  name,
  host,
  from: loopback(`127.${40 + 13 * index}.${7 * index}.${11 + index}`),
}));

export const ALIASES: readonly string[] = [`sales@${HARBOR}`, `team@${HARBOR}`, `shop@${LOTUS}`];

export function officeProvision() {
  return {
    hostname: `mail.${HARBOR}`,
    admin: ADMINISTRATOR,
    domains: DOMAINS.map((name) => ({ name, accounts: accountsOf(name), aliases: aliasesOf(name) })),
    security: { allowCleartextAuth: true },
  };
}

/** An unwelcome visitor's machine. */
export function strangeMachine(number: number): Pick<Endpoint, 'localAddress'> {
  return loopback(`127.200.${number % 250}.${1 + ((number * 7) % 250)}`);
}

export function signInOf(person: Person): { user: string; password: string } {
  return { user: person.address, password: MAIL_PASSWORD };
}

function accountsOf(domain: string) {
  return PEOPLE.filter((person) => person[2] === domain).map(([localPart, name]) => ({
    localPart,
    name,
    password: MAIL_PASSWORD,
  }));
}

function aliasesOf(domain: string) {
  const at = (...names: readonly string[]) => names.map((name) => `${name}@${domain}`);
  if (domain === LOTUS) {
    return [
      { localPart: 'postmaster', to: at('wang.fang') },
      { localPart: 'shop', to: at('orders', 'chen.jing') },
    ];
  }
  return [
    { localPart: 'postmaster', to: at('tom.becker') },
    { localPart: 'sales', to: at('anna.larsen', 'tom.becker') },
    { localPart: 'info', to: at('frontdesk') },
    { localPart: 'team', to: STAFF.slice(0, 8).map((person) => person.address) },
  ];
}

/** Only Linux and Windows let a client come from any address of 127.0.0.0/8. */
function loopback(address: string): Pick<Endpoint, 'localAddress'> {
  return process.platform === 'darwin' ? {} : { localAddress: address };
}
