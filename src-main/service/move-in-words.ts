/** What the command line says of a move-in, a sentence each. */
import type { ListMistake, MoveInItem } from '../contract/move-in.ts';
import { MOVE_IN_COLUMNS } from '../contract/move-in-columns.ts';
import type { MoveInRefusal } from '../host/move-in/move-in-offline.ts';
import { MAIL_FOLDERS } from '../host/move-in/backup-places.ts';

type Reason = NonNullable<MoveInItem['reason']>;

const REASONS: Readonly<Record<Reason, (item: MoveInItem) => string>> = {
  accountStays: () => 'is here already, and stays as it is',
  domainStays: () => 'is here already, and stays as it is',
  switchedOff: () => 'was switched off there, and is here',
  listSwitchedOff: () => 'the list was switched off there, and is left out',
  invalidDomain: () => 'is no domain name, and is left out',
  otherNameHere: () => "is another domain's other name here; take that away first (Accounts, Domains)",
  domainCannot: ({ detail }) => `belongs to ${detail}, which cannot come`,
  invalidAddress: () => 'is no address that can be had here; make it anew under another',
  invalidTarget: ({ detail }) => `leads to "${detail}", which is no address`,
  leadsToItself: () => 'leads to itself, and is left out',
  addressTaken: () => 'the address is used for something else here; change that, and move in again',
  twice: () => 'stands twice in the backup; the first one comes',
  ruleNotSieve: ({ kind, detail }) =>
    kind === 'rule'
      ? `the rule "${detail}" cannot be said in Sieve; make it anew`
      : 'the absence note cannot be said in Sieve; write it anew',
  passwordUnknown: () => 'its password could not be taken over; give it a new one (Accounts)',
  noMailFiles: ({ detail }) => `its messages are not in ${detail}; unpack the whole backup`,
  routeSignsIn: ({ name, detail }) =>
    `the route to ${name} signed in as ${detail}; enter its password again (Relay, Routes)`,
  invalidRoute: ({ detail }) =>
    `the route there (${detail}) cannot be used here; make it anew (Relay, Routes)`,
  addsNothing: () => 'had a signature added by the server; set it in the mail programs',
  fetchesNothing: ({ detail }) => `fetched mail from ${detail}; have that forwarded to here`,
  ownKeys: () => 'signs with a key of its own here; publish its DNS record (Accounts, Domains)',
  belongsToNobody: () => 'is a public folder; make a shared mailbox (Accounts, Shared) and import it there',
};

export function describeItem(item: MoveInItem): string {
  const said = item.reason === null ? item.detail : REASONS[item.reason](item);
  return item.reason === 'routeSignsIn' ? said : `${item.name}: ${said}`;
}

const MISTAKES: Readonly<Record<ListMistake['problem'], (value: string) => string>> = {
  noTitles: () =>
    `the first row must name the columns: ${MOVE_IN_COLUMNS.join(', ')} (address and password are needed)`,
  noAccounts: () => 'the list has no accounts',
  noAddress: (value) => `"${value}" is no address`,
  twice: (value) => `"${value}" stands twice`,
  notAnAccount: (value) => `"${value}" is used for something else here`,
  noPassword: () => 'the password is missing',
  noServer: () => 'the server is missing',
  wrongServer: (value) => `"${value}" is no server's name`,
  wrongTls: () => 'tls is one of implicit, starttls, none',
  wrongPort: (value) => `"${value}" is no port`,
};

export function describeRefusal(refusal: MoveInRefusal): string {
  if (refusal.kind === 'folder') return refusal.reason;
  if (refusal.kind === 'list') return refusal.mistakes.map(describeMistake).join('; ');
  const { problem, detail } = refusal;
  switch (problem) {
    case 'notUnpacked':
    case 'unreadable':
      return `${detail}: cannot be read; unpack hMailServer's backup (a .7z file) and name its folder`;
    case 'noMailFolder':
      return `${detail}: there is no folder ${MAIL_FOLDERS.join(' or ')} with the messages; name it with --mail`;
    case 'notABackup':
    case 'refused':
      return detail;
  }
}

function describeMistake({ line, column, problem, value }: ListMistake): string {
  const said = MISTAKES[problem](value);
  return column === null ? said : `line ${line}: ${said}`;
}
