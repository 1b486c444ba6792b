/**
 * What lies in a data folder, as mail programs see it: written through a running service of any version, and read back through one.
 *
 * Only what every version has is used: submission, IMAP, POP3 with the office's two people.
 */
import { createHash } from 'node:crypto';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import type { ServiceProcess } from '../support/service-process.ts';

const PEOPLE = ['tom', 'anna'] as const;
const LARGE_OCTETS = 300_000;
/** Nobody listens there, so it stays in the queue. */
export const UNREACHABLE = {
  relay: { mode: 'smarthost', host: '127.0.0.1', port: 9, tls: 'none' },
} as const;

export interface SeenMessage {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly internalDate: string;
  /** SHA-256 of the octets. */
  readonly content: string;
}

export interface SeenMailbox {
  readonly path: string;
  readonly uidValidity: string;
  readonly uidNext: number;
  readonly isSubscribed: boolean;
  readonly messages: readonly SeenMessage[];
}

/** By person. */
export type SeenMail = Readonly<Record<string, readonly SeenMailbox[]>>;

/** Letters of many kinds, mailboxes, flags, a moved and an expunged message; one that waits in the queue where mail leaves. */
export async function writeMail(service: ServiceProcess, leaves: boolean): Promise<void> {
  await submitLetters(service, leaves);
  await withImap(service, 'anna', async (imap) => {
    await waitForMail(imap, 7);
    await imap.mailboxCreate(['Archive', '2025']);
    await imap.mailboxCreate('Entwürfe für später');
    await imap.mailboxUnsubscribe('Entwürfe für später');
    await imap.append('Entwürfe für später', letter('not finished'), ['\\Draft', '\\Seen'], new Date(2e12));
    await imap.mailboxOpen('INBOX');
    await imap.messageFlagsAdd('1:3', ['\\Seen']);
    await imap.messageFlagsAdd('2', ['\\Flagged', '$Forwarded', 'MyOwnWord']);
    await imap.messageMove('3', 'Archive/2025');
    await imap.messageDelete('3');
  });
}

function letter(subject: string, body = 'Greetings.'): string {
  const fields = ['From: tom@server1.com', 'To: anna@server1.com', `Subject: ${subject}`];
  return [...fields, `Message-ID: <${subject.replaceAll(' ', '.')}@server1.com>`, '', body, ''].join('\r\n');
}

async function submitLetters(service: ServiceProcess, leaves: boolean): Promise<void> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port: service.port('submissions'), secure: true },
    auth: { user: 'tom@server1.com', pass: 'tom-password' },
    tls: { rejectUnauthorized: false },
  });
  const from = 'tom@server1.com';
  const send = (to: string, subject: string, text = 'Greetings.') =>
    transport.sendMail({
      from,
      to,
      subject,
      text,
      messageId: `<${subject.replaceAll(/\W/g, '.')}@server1.com>`,
    });
  for (const number of [1, 2, 3, 4]) await send('anna@server1.com', `letter ${number}`);
  await send('sales@server1.com', 'to both of you');
  await send('anna@server1.com', 'a large one', 'large '.repeat(LARGE_OCTETS / 6));
  await send('anna@server1.com', 'Grüße aus 北京', 'Das Wörterbuch 字典');
  if (leaves) await send('peer@elsewhere.example', 'it waits');
  transport.close();
}

async function waitForMail(imap: ImapFlow, count: number): Promise<void> {
  const arrived = async () => (await imap.status('INBOX', { messages: true })) || null;
  while ((await arrived())?.messages !== count) await new Promise((resolve) => setTimeout(resolve, 50));
}

export async function readMail(service: ServiceProcess): Promise<SeenMail> {
  const seen: Record<string, readonly SeenMailbox[]> = {};
  for (const person of PEOPLE) seen[person] = await withImap(service, person, readMailboxes);
  return seen;
}

async function readMailboxes(imap: ImapFlow): Promise<readonly SeenMailbox[]> {
  const mailboxes: SeenMailbox[] = [];
  const list = (await imap.list()).filter(({ flags }) => !flags.has('\\Noselect'));
  for (const { path, subscribed } of list.sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const { uidValidity, uidNext, exists } = await imap.mailboxOpen(path, { readOnly: true });
    const messages = exists === 0 ? [] : await readMessages(imap);
    mailboxes.push({ path, uidValidity: String(uidValidity), uidNext, isSubscribed: subscribed, messages });
  }
  return mailboxes;
}

async function readMessages(imap: ImapFlow): Promise<readonly SeenMessage[]> {
  const messages: SeenMessage[] = [];
  const wanted = { uid: true, flags: true, internalDate: true, source: true };
  for await (const { uid, flags, internalDate, source } of imap.fetch('1:*', wanted)) {
    messages.push({
      uid,
      flags: [...(flags ?? [])].sort(),
      internalDate: new Date(internalDate ?? 0).toISOString(),
      content: createHash('sha256')
        .update(source ?? '')
        .digest('hex'),
    });
  }
  return messages;
}

export async function withImap<T>(
  service: ServiceProcess,
  person: string,
  use: (imap: ImapFlow) => Promise<T>,
): Promise<T> {
  const imap = new ImapFlow({
    ...{ host: '127.0.0.1', port: service.port('imaps'), secure: true, logger: false as const },
    auth: { user: `${person}@server1.com`, pass: `${person}-password` },
    tls: { rejectUnauthorized: false },
  });
  await imap.connect();
  try {
    return await use(imap);
  } finally {
    await imap.logout();
  }
}
