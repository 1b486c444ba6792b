/** What the office's people have done with their mail over the weeks: read, flagged, filed, copies of what they sent. */
import type { ImapFlow } from 'imapflow';
import type { Letter } from './correspondence.ts';
import type { DemoOffice } from './demo-office.ts';
import { openImap } from './imap-reader.ts';
import { STAFF, type Person } from './office.ts';

/** Sign-ins and commits wait; more at a time than this wait for each other. */
const PEOPLE_AT_A_TIME = 5;
const DAY_MS = 86_400_000;
const OWN_MAILBOXES = ['Newsletters', 'Projekte/Hafen', '客户/上海', 'Reisen & Kosten'];

export async function tidyMailboxes(office: DemoOffice, sent: readonly Letter[]): Promise<void> {
  const waiting = [...STAFF];
  const work = async (): Promise<void> => {
    for (let person = waiting.shift(); person !== undefined; person = waiting.shift()) {
      await tidy(office, person, sent);
    }
  };
  await Promise.all(Array.from({ length: PEOPLE_AT_A_TIME }, work));
}

async function tidy(office: DemoOffice, person: Person, sent: readonly Letter[]): Promise<void> {
  const imap = await openImap(office, person);
  for (const name of OWN_MAILBOXES) await imap.mailboxCreate(name);
  await imap.mailboxOpen('INBOX');
  await markAsRead(imap);
  await file(imap, { header: { 'list-id': true } }, 'Newsletters');
  await file(imap, { subject: 'Container', seen: true }, 'Projekte/Hafen');
  await file(imap, { subject: '报价单', seen: true }, '客户/上海');
  await file(imap, { before: new Date(Date.now() - 12 * DAY_MS) }, 'Archive');
  for (const { content, date } of sent.filter((letter) => letter.author === person)) {
    await imap.append('Sent', content, ['\\Seen'], date);
  }
  await imap.logout();
}

async function markAsRead(imap: ImapFlow): Promise<void> {
  const all = await find(imap, { all: true });
  const old = await find(imap, { before: new Date(Date.now() - DAY_MS) });
  const read = [...old.filter((uid) => uid % 11 !== 0), ...all.slice(old.length, -6)];
  if (read.length > 0) await imap.messageFlagsAdd(read, ['\\Seen'], { uid: true });
  const flagged = read.filter((uid) => uid % 17 === 0);
  if (flagged.length > 0) await imap.messageFlagsAdd(flagged, ['\\Flagged'], { uid: true });
  const answered = read.filter((uid) => uid % 5 === 0);
  if (answered.length > 0) await imap.messageFlagsAdd(answered, ['\\Answered'], { uid: true });
}

async function file(imap: ImapFlow, what: Parameters<ImapFlow['search']>[0], name: string): Promise<void> {
  const found = await find(imap, what);
  if (found.length > 0) await imap.messageMove(found, name, { uid: true });
}

async function find(imap: ImapFlow, what: Parameters<ImapFlow['search']>[0]): Promise<number[]> {
  return (await imap.search(what, { uid: true })) || [];
}
