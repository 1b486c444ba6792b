import { describe, expect, test } from 'vitest';
import { MailOffice } from '../support/mail-office.ts';
import type { Mailbox } from '../../src-main/mail/mailstore/port.ts';
import type { MemoryClient } from '../support/memory-connection.ts';

const HOP = 'Received: from a by b; Thu, 1 Jan 2026 00:00:00 +0000\r\n';

async function receive(office: MailOffice, content: string): Promise<string> {
  const client = office.connect('reception');
  await client.readReply();
  await client.command('EHLO relay.example');
  await client.command('MAIL FROM:<x@elsewhere.example>');
  await client.command('RCPT TO:<tom@server1.com>');
  await client.command('DATA');
  return client.command(`${content}.`);
}

async function openSubmission(office: MailOffice): Promise<MemoryClient> {
  const client = office.connect('submissions');
  await client.readReply();
  await client.command('EHLO client.example');
  await client.command(`AUTH PLAIN ${Buffer.from('\0tom@server1.com\0secret-tom').toString('base64')}`);
  return client;
}

async function submit(client: MemoryClient, content: string): Promise<string> {
  await client.command('MAIL FROM:<tom@server1.com>');
  await client.command('RCPT TO:<anna@server1.com>');
  await client.command('DATA');
  return client.command(`${content}.`);
}

async function deliveredText(office: MailOffice): Promise<string> {
  await office.queue.whenIdle();
  const [copy] = office.copies;
  return copy === undefined ? '' : office.textOf(copy);
}

async function openOffice(options: ConstructorParameters<typeof MailOffice>[0] = {}): Promise<MailOffice> {
  const office = new MailOffice(options);
  await office.queue.start();
  return office;
}

describe('accepting a message', () => {
  test('is answered 451 when the store fails, and leaves nothing in the spool', async () => {
    const office = await openOffice();
    office.store.enqueue = () => Promise.reject(new Error('disk full'));
    const body = `${'x'.repeat(76)}\r\n`.repeat(5000);
    expect(await receive(office, `Subject: large\r\n\r\n${body}`)).toMatch(/^451 4\.3\.0 /);
    expect(office.spool.files.size).toBe(0);
    expect(office.events.filter(({ type }) => type === 'received')).toEqual([]);
  });

  test('is answered 452 when the disk is full (RFC 3463 §3.4)', async () => {
    const office = await openOffice();
    const full = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    office.store.enqueue = () => Promise.reject(full);
    expect(await receive(office, 'Subject: small\r\n\r\nHi\r\n')).toBe(
      '452 4.3.1 The disk of this server is full, try again later',
    );
  });

  test('large content goes through the spool and arrives whole', async () => {
    const office = await openOffice();
    const body = `${'x'.repeat(76)}\r\n`.repeat(20_000);
    expect(await receive(office, `Subject: large\r\n\r\n${body}`)).toMatch(/^250 2\.0\.0 Ok: queued as /);
    expect(office.spool.files.size).toBe(1);
    expect((await deliveredText(office)).endsWith(`Subject: large\r\n\r\n${body}`)).toBe(true);
  });

  test('refuses a message that goes in circles (RFC 5321 §6.3), and tells the sink for each recipient', async () => {
    const office = await openOffice();
    expect(await receive(office, `${HOP.repeat(100)}Subject: loop\r\n\r\n`)).toMatch(
      /^554 5\.4\.6 .*100 servers/,
    );
    expect(office.events).toMatchObject([
      {
        type: 'refused',
        via: 'reception',
        recipient: 'tom@server1.com',
        reply: expect.stringMatching(/^554 5\.4\.6/),
      },
    ]);
    expect(await receive(office, `${HOP.repeat(99)}Subject: far\r\n\r\n`)).toMatch(/^250/);
  });

  test('tells the sink of every refused recipient', async () => {
    const office = await openOffice();
    const client = office.connect('reception');
    await client.readReply();
    await client.command('EHLO relay.example');
    await client.command('MAIL FROM:<x@elsewhere.example>');
    await client.command('RCPT TO:<nobody@server1.com>');
    expect(office.events).toEqual([
      {
        type: 'refused',
        at: office.clock.now(),
        via: 'reception',
        sessionId: 'session-1',
        remoteAddress: '192.0.2.7',
        reversePath: 'x@elsewhere.example',
        recipient: 'nobody@server1.com',
        reply: '550 5.1.1 There is no mailbox here for nobody@server1.com',
      },
    ]);
  });
});

describe('reception', () => {
  test('takes a message whatever its header section is like, and traces it (RFC 5321 §3.7.3)', async () => {
    const office = await openOffice();
    expect(await receive(office, 'no header at all\r\nÄÖÜ\r\n')).toMatch(/^250/);
    expect(await deliveredText(office)).toBe(
      'Return-Path: <x@elsewhere.example>\r\nDelivered-To: tom@server1.com\r\n' +
        'Received: from relay.example ([192.0.2.7])\r\n\tby mail.server1.com with ESMTP id id1\r\n' +
        '\tfor <tom@server1.com>;\r\n\tThu, 1 Jan 2026 00:00:00 +0000\r\n' +
        'no header at all\r\nÄÖÜ\r\n',
    );
  });

  test('lets nobody write on in its trace field', async () => {
    const office = await openOffice();
    await receive(office, '\t(with love from bank.example)\r\nSubject: x\r\n\r\n');
    expect(await deliveredText(office)).toContain('+0000\r\n\r\n\t(with love');
  });

  test('writes the one Return-Path', async () => {
    const office = await openOffice();
    await receive(office, 'Subject: x\r\nReturn-Path: <ceo@bank.example>\r\nTo: tom@server1.com\r\n\r\n');
    const text = await deliveredText(office);
    expect(text.match(/^Return-Path:/gm)).toHaveLength(1);
    expect(text).toContain('Subject: x\r\nTo: tom@server1.com\r\n\r\n');
  });

  test('takes a header section beyond every limit without holding it', async () => {
    const office = await openOffice();
    const field = `X-Long: ${'a'.repeat(900)}\r\n`;
    expect(await receive(office, `${field.repeat(400)}\r\nbody\r\n`)).toMatch(/^250/);
    expect((await deliveredText(office)).endsWith(`${field}\r\nbody\r\n`)).toBe(true);
  });
});

describe('submission', () => {
  test('adds From, Date and Message-ID to a message that has nothing, and says so', async () => {
    const office = await openOffice();
    expect(await submit(await openSubmission(office), '\r\nprinted page\r\n')).toMatch(/^250/);
    expect(await deliveredText(office)).toMatch(
      /\+0000\r\nDate: Thu, 1 Jan 2026 00:00:00 \+0000\r\nFrom: tom@server1.com\r\nMessage-ID: <id1@mail.server1.com>\r\n\r\nprinted page\r\n$/,
    );
    expect(office.events).toContainEqual({
      type: 'repaired',
      traceId: 'id1',
      at: office.clock.now(),
      what: ['dateAdded', 'fromAdded', 'messageIdAdded'],
    });
  });

  test('changes nothing of a message that is complete', async () => {
    const office = await openOffice();
    const message =
      'Subject: =?utf-8?Q?=C3=BC?=\r\nFROM: "Tom" <TOM@server1.com>\r\nDate: Thu, 1 Jan 2026 01:00:00 +0100\r\n' +
      'message-id: <1@x>\r\nTo: Team: anna@server1.com;\r\nX-Folded: a\r\n b\r\n\r\nhi\r\n';
    await submit(await openSubmission(office), message);
    expect((await deliveredText(office)).endsWith(`+0000\r\n${message}`)).toBe(true);
    expect(office.events.some(({ type }) => type === 'repaired')).toBe(false);
  });

  test('refuses a header section beyond the limit', async () => {
    const office = await openOffice();
    const reply = await submit(
      await openSubmission(office),
      `${`X-Long: ${'a'.repeat(900)}\r\n`.repeat(400)}\r\n`,
    );
    expect(reply).toBe('550 5.6.0 The header section is longer than 262144 octets');
  });

  test('takes addresses beyond ASCII in the header section with SMTPUTF8 only', async () => {
    const office = await openOffice();
    const client = await openSubmission(office);
    const message = 'From: tom@server1.com\r\nTo: 用户@例子.测试\r\n\r\n';
    expect(await submit(client, message)).toMatch(/^550 5\.6\.0 Line 2: the To field is malformed.*SMTPUTF8/);
    await client.command('MAIL FROM:<tom@server1.com> SMTPUTF8');
    await client.command('RCPT TO:<anna@server1.com>');
    await client.command('DATA');
    expect(await client.command(`${message}.`)).toMatch(/^250/);
    expect(await deliveredText(office)).toContain('with UTF8SMTPSA id');
  });

  test('a notification may be submitted with the null reverse-path (RFC 8098)', async () => {
    const office = await openOffice();
    const client = await openSubmission(office);
    expect(await client.command('MAIL FROM:<>')).toMatch(/^250/);
    await client.command('RCPT TO:<anna@server1.com>');
    await client.command('DATA');
    expect(await client.command('Subject: read\r\n\r\n.')).toMatch(/^250/);
    expect(await deliveredText(office)).toMatch(/^Return-Path: <>\r\n/);
  });
});

describe('what was accepted', () => {
  test('waits while its account is switched off, and arrives once it is on again', async () => {
    const office = new MailOffice();
    await receive(office, 'Subject: x\r\n\r\n');
    const tom = office.directory.accounts.get('tom@server1.com')!;
    office.directory.accounts.set('tom@server1.com', { ...tom, isEnabled: false });
    await office.queue.start();
    await office.queue.whenIdle();
    expect((await office.store.find('id1'))?.recipients[0]).toMatchObject({
      state: 'deferred',
      lastOutcome: { status: '4.2.1' },
    });
    office.directory.accounts.set('tom@server1.com', tom);
    office.clock.advance(2 * 60_000);
    await new Promise((resolve) => setImmediate(resolve));
    await office.queue.whenIdle();
    expect(office.deliveredTo).toEqual(['tom']);
  });
});

describe('a full mailbox', () => {
  async function openFull(keptOctets: number): Promise<MailOffice> {
    const office = await openOffice();
    office.directory.setQuota('anna@server1.com', 1_000, 10);
    office.keptBy.set(2, [{ sizeBytes: keptOctets, messageCount: 3 } as Mailbox]);
    return office;
  }

  test('is told at RCPT: a server elsewhere tries again (452 4.2.2), a person is told for good (552 5.2.2)', async () => {
    const office = await openFull(1_000);
    const server = office.connect('reception');
    await server.readReply();
    await server.command('EHLO relay.example');
    await server.command('MAIL FROM:<x@elsewhere.example>');
    expect(await server.command('RCPT TO:<anna@server1.com>')).toBe('452 4.2.2 The mailbox is full');
    expect(await server.command('RCPT TO:<tom@server1.com>')).toMatch(/^250/);
    const person = await openSubmission(office);
    await person.command('MAIL FROM:<tom@server1.com>');
    expect(await person.command('RCPT TO:<anna@server1.com>')).toBe('552 5.2.2 The mailbox is full');
    expect(office.events.filter(({ type }) => type === 'refused')).toHaveLength(2);
  });

  test('has no room for a message of the declared size, but for a smaller one', async () => {
    const office = await openFull(800);
    const server = office.connect('reception');
    await server.readReply();
    await server.command('EHLO relay.example');
    await server.command('MAIL FROM:<x@elsewhere.example> SIZE=300');
    expect(await server.command('RCPT TO:<anna@server1.com>')).toMatch(/^452 4\.2\.2/);
    await server.command('RSET');
    await server.command('MAIL FROM:<x@elsewhere.example> SIZE=100');
    expect(await server.command('RCPT TO:<anna@server1.com>')).toMatch(/^250/);
  });

  test('keeps nobody else from a message: an alias is refused when all behind it are full', async () => {
    const office = await openFull(1_000);
    const server = office.connect('reception');
    await server.readReply();
    await server.command('EHLO relay.example');
    await server.command('MAIL FROM:<x@elsewhere.example>');
    expect(await server.command('RCPT TO:<sales@server1.com>')).toMatch(/^250/);
    expect(await server.command('RCPT TO:<postmaster@server1.com>')).toMatch(/^452 4\.2\.2/);
  });
});
