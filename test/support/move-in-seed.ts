/** A move-in of a small office, for pictures: everything that can be said of a backup, and accounts in every state. */
import type { MoveInItem, MoveInJob, MovingMailbox } from '../../src-main/contract/move-in.ts';
import type { WorldMoveIn } from './world-move-in.ts';

type Told = readonly [
  kind: MoveInItem['kind'],
  name: string,
  detail: string,
  state: MoveInItem['state'],
  reason?: MoveInItem['reason'],
];

const TOLD: readonly Told[] = [
  ['domain', 'spedition-keller.example', '', 'comes'],
  ['otherName', 'keller.example', 'spedition-keller.example', 'comes'],
  ['catchAll', 'spedition-keller.example', 'office@spedition-keller.example', 'comes'],
  ['account', 'anna@spedition-keller.example', 'Anna Müller', 'comes'],
  ['rules', 'anna@spedition-keller.example', 'Invoices, Newsletters, From the harbour', 'comes'],
  ['rule', 'anna@spedition-keller.example', 'By program', 'byHand', 'ruleNotSieve'],
  ['absence', 'anna@spedition-keller.example', 'Away until Monday', 'comes'],
  ['account', 'tom@spedition-keller.example', 'Tom Keller', 'comes', 'switchedOff'],
  ['password', 'tom@spedition-keller.example', '', 'byHand', 'passwordUnknown'],
  ['account', 'office@spedition-keller.example', 'Office', 'exists', 'accountStays'],
  ['forwarding', 'tom@spedition-keller.example', 'tom@elsewhere.example', 'comes'],
  ['alias', 'info@spedition-keller.example', 'office@spedition-keller.example', 'comes'],
  ['alias', 'in fo@spedition-keller.example', 'office@spedition-keller.example', 'cannot', 'invalidAddress'],
  ['list', 'all@spedition-keller.example', 'anna@spedition-keller.example, tom@…', 'comes'],
  ['route', 'partner.example', 'mx.partner.example:2525', 'comes'],
  ['route', 'partner.example', 'office', 'byHand', 'routeSignsIn'],
  ['publicFolder', 'Prices', '', 'cannot', 'belongsToNobody'],
];

const ITEMS: readonly MoveInItem[] = TOLD.map(([kind, name, detail, state, reason = null], index) => ({
  ...{ kind, name, detail, state, reason },
  messages: kind === 'account' ? 12_480 + index * 311 : null,
}));

function mailbox(localPart: string, change: Partial<MovingMailbox>): MovingMailbox {
  return {
    address: `${localPart}@spedition-keller.example`,
    ...{ state: 'waiting', reason: null, remedy: null, mailbox: '' },
    ...{ messages: 0, skipped: 0, unreadable: 0, octets: 0, totalMessages: 12_480, problems: [] },
    ...change,
  };
}

const ACCOUNTS: readonly MovingMailbox[] = [
  mailbox('anna', {
    ...{
      state: 'running',
      mailbox: 'INBOX/Customers/2019',
      messages: 4_120,
      skipped: 310,
      octets: 512_000_000,
    },
  }),
  mailbox('office', { state: 'done', messages: 12_480, octets: 1_900_000_000 }),
  mailbox('tom', {
    ...{ state: 'done', messages: 12_478, unreadable: 2, octets: 800_000_000, remedy: 'unreadable' },
    problems: [
      { where: '{A1B3}.eml', reason: 'its file is not in the backup' },
      { where: '{C7D2}.eml', reason: 'its file is not in the backup' },
    ],
  }),
  mailbox('max', {
    ...{ state: 'failed', remedy: 'signIn', totalMessages: null },
    reason: 'The server refused the sign-in: [AUTHENTICATIONFAILED] Invalid credentials',
  }),
  mailbox('lena', { state: 'overQuota', remedy: 'overQuota', messages: 8_000, octets: 2_147_483_648 }),
  mailbox('zhang', {}),
];

export const MOVING: MoveInJob = {
  ...{ from: 'hmailserver', place: 'hmailserver-backup', round: 1, state: 'running', reason: null },
  ...{ startedAt: Date.UTC(2026, 0, 5, 12), endedAt: null },
  accounts: ACCOUNTS,
  left: ITEMS.filter(({ state }) => state === 'byHand' || state === 'cannot'),
};

export function seedMoveIn(moveIn: WorldMoveIn): void {
  moveIn.plan = { kind: 'plan', items: ITEMS };
  moveIn.started = MOVING;
}
