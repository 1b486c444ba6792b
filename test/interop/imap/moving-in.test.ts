/** Moving in from a server that others wrote: Debian's Dovecot over Maildir, asked over IMAP by the service as an administrator does. */
import { ImapFlow } from 'imapflow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TransferJob } from '../../../src-main/contract/transfer.ts';
import { signInToConsole } from '../../support/console-caller.ts';
import { Dovecot } from '../../support/dovecot.ts';
import { mayRunServer } from '../../support/installed.ts';
import { makeWorkFolder, OFFICE, startOffice, type ServiceProcess } from '../../support/service-process.ts';

const MESSAGES = 3_000;
const PASSWORD = 'old-password';
const PERSON = 'tom@server1.com';

function* makeMessages(): Generator<string> {
  for (let i = 0; i < MESSAGES; i++) {
    const id = i % 10 === 0 ? '' : `Message-ID: <${i}@old.example>\r\n`;
    yield `From: anna@old.example\r\nSubject: message ${i}\r\n${id}\r\ntext ${i}\r\n.\r\n`;
  }
}

describe.runIf(mayRunServer('/usr/lib/dovecot/imap'))('Dovecot', () => {
  let dovecot: Dovecot;
  let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
  let service: ServiceProcess;

  beforeAll(async () => {
    dovecot = await Dovecot.start(PASSWORD);
    await dovecot.fill('tom', makeMessages());
    const client = await connect(dovecot.port, PASSWORD);
    await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd('1:500', ['\\Seen'], { uid: true });
    await client.messageFlagsAdd('7', ['\\Flagged', '$Work'], { uid: true });
    await client.mailboxCreate('Sent Items');
    // Dovecot's delimiter over Maildir is the dot.
    await client.mailboxCreate('Projekte.Köln & Bonn');
    await client.append(
      'Sent Items',
      'Subject: sent\r\n\r\nx\r\n',
      ['\\Seen'],
      new Date('2020-02-03T04:05:06Z'),
    );
    await client.append('Projekte.Köln & Bonn', 'Subject: plan\r\n\r\nx\r\n');
    await client.logout();
    folder = await makeWorkFolder();
    service = await startOffice(folder);
  });

  afterAll(async () => {
    await service.end();
    await folder.remove();
    await dovecot.stop();
  });

  async function connect(port: number, pass: string): Promise<ImapFlow> {
    const auth = { user: PERSON, pass };
    const place = { host: '127.0.0.1', port, secure: false, doSTARTTLS: false };
    const client = new ImapFlow({ ...place, auth, logger: false });
    await client.connect();
    return client;
  }

  async function pull(): Promise<TransferJob | undefined> {
    const { calls, close } = await signInToConsole(service.ready.console, OFFICE.admin);
    const { items } = await calls.accounts.list({});
    const accountId = items.find(({ address }) => address === PERSON)?.id ?? 0;
    const place = { host: '127.0.0.1', port: dovecot.port, tls: 'none', mustVerify: false } as const;
    const server = { ...place, user: PERSON, password: PASSWORD };
    const { id } = await calls.transfer.startPull({ accountId, server });
    let ended: TransferJob | undefined;
    for await (const event of await calls.transfer.watch({ accountId })) {
      const job = event.type === 'snapshot' ? event.snapshot.jobs.find((each) => each.id === id) : undefined;
      if (job === undefined || job.state === 'running') continue;
      ended = job;
      break;
    }
    close();
    return ended;
  }

  test(`${MESSAGES.toLocaleString('en')} messages come over with mailboxes, flags and dates, and none of them twice`, async () => {
    const total = MESSAGES + 2;
    expect(await pull()).toMatchObject({
      state: 'done',
      progress: { messages: total, skipped: 0, failed: 0 },
    });
    expect(await pull()).toMatchObject({
      state: 'done',
      progress: { messages: 0, skipped: total, failed: 0 },
    });
    const client = await connect(service.port('imap'), 'tom-password');
    expect(await client.status('INBOX', { messages: true, unseen: true })).toMatchObject({
      messages: MESSAGES,
      unseen: MESSAGES - 500,
    });
    await client.mailboxOpen('INBOX');
    const found = await client.fetchOne('7', { flags: true, source: true });
    if (found === false || found === undefined) throw new Error('no message');
    expect([...(found.flags ?? [])].sort()).toEqual(['$Work', '\\Flagged', '\\Seen']);
    expect(found.source?.toString()).toContain('Subject: message 6\r\n');
    await client.mailboxOpen('Sent');
    expect(await client.fetchOne('1', { internalDate: true })).toMatchObject({
      internalDate: new Date('2020-02-03T04:05:06Z'),
    });
    expect(await client.status('Projekte/Köln & Bonn', { messages: true })).toMatchObject({ messages: 1 });
    await client.logout();
  });
});
