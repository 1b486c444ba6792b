/** People who read over IMAP: a look at the new mail, and phones that wait for it (IDLE). */
import { setTimeout as pause } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import type { Dice } from '../../test/support/dice.ts';
import { portOf, type DemoOffice } from './demo-office.ts';
import { MAIL_PASSWORD, STAFF, type Person } from './office.ts';

const MOST_LISTED = 20;
const MOST_READ_AT_ONCE = 3;
const PHONES = 6;
const PHONE_WAIT_MS = 4_000;
const PROGRAMS = [
  { name: 'Thunderbird', version: '140.4' },
  { name: 'K-9 Mail', version: '12.1' },
  { name: 'Evolution', version: '3.56' },
];

export async function openImap(office: DemoOffice, person: Person): Promise<ImapFlow> {
  const secure = office.dice.falls(0.6);
  const imap = new ImapFlow({
    host: '127.0.0.1',
    port: portOf(office, secure ? 'imaps' : 'imap'),
    secure,
    auth: { user: person.address, pass: MAIL_PASSWORD },
    clientInfo: office.dice.pick(PROGRAMS),
    tls: { rejectUnauthorized: false, ...person.from },
    logger: false,
  });
  // A server that stops says BYE; the session is over and there is nobody to tell.
  imap.on('error', () => undefined);
  await imap.connect();
  return imap;
}

/** Looks at INBOX, reads some of what is new, leaves. */
export async function visitInbox(office: DemoOffice): Promise<void> {
  const imap = await openImap(office, office.dice.pick(STAFF));
  try {
    await imap.mailboxOpen('INBOX');
    const count = messageCount(imap);
    const newest = `${Math.max(1, count - MOST_LISTED)}:*`;
    // RFC 9051 §9: an empty mailbox has no sequence number at all.
    if (count > 0) await imap.fetchAll(newest, { flags: true, envelope: true, bodyStructure: true });
    await readNew(imap, office.dice);
    await imap.logout();
  } finally {
    imap.close();
  }
}

/** Some phones that stay connected until the signal. */
export function keepPhonesWaiting(office: DemoOffice, signal: AbortSignal): Promise<unknown> {
  return Promise.all(STAFF.slice(0, PHONES).map((person) => keepPhoneWaiting(office, person, signal)));
}

async function keepPhoneWaiting(office: DemoOffice, person: Person, signal: AbortSignal): Promise<void> {
  const imap = await openImap(office, person);
  let isReading = false;
  const readSoon = async (): Promise<void> => {
    if (isReading) return;
    isReading = true;
    await pause(PHONE_WAIT_MS * office.dice.next(), undefined, { ref: false });
    await readNew(imap, office.dice).catch(() => imap.close());
    isReading = false;
  };
  const isOver = new Promise((resolve) => imap.once('close', resolve));
  imap.on('exists', () => void readSoon());
  signal.addEventListener('abort', () => imap.close());
  await imap.mailboxOpen('INBOX');
  await isOver;
}

function messageCount(imap: ImapFlow): number {
  return imap.mailbox === false ? 0 : imap.mailbox.exists;
}

/** The newest unread ones, fetched and marked as read; now and then one is flagged. */
async function readNew(imap: ImapFlow, dice: Dice): Promise<void> {
  const unseen = await imap.search({ seen: false }, { uid: true });
  for (const uid of (unseen || []).slice(-MOST_READ_AT_ONCE)) {
    await imap.fetchOne(String(uid), { source: true }, { uid: true });
    const flags = dice.falls(0.1) ? ['\\Seen', '\\Flagged'] : ['\\Seen'];
    await imap.messageFlagsAdd([uid], flags, { uid: true });
  }
}
