import { describe, expect, test } from 'vitest';
import { parseDeliveryStatus } from '../../src-main/format/dsn-status.ts';
import type { MailEvent } from '../../src-main/mail/events.ts';
import { MailOffice } from '../support/mail-office.ts';

const HOUR = 3_600_000;

interface Letter {
  readonly from?: string;
  readonly mail?: string;
  /** RCPT's arguments. */
  readonly to: readonly string[];
  readonly content?: string;
}

/** Through reception, as a stranger's server would; a reverse-path of ours makes the DSN land in a mailbox here. */
async function receive(office: MailOffice, letter: Letter): Promise<void> {
  const client = office.connect('reception');
  await client.readReply();
  await client.command('EHLO relay.example');
  const { from = 'tom@server1.com', mail = '' } = letter;
  expect(await client.command(`MAIL FROM:<${from}> ${mail}`.trim())).toMatch(/^250/);
  for (const recipient of letter.to) expect(await client.command(`RCPT TO:${recipient}`)).toMatch(/^250/);
  await client.command('DATA');
  const content =
    letter.content ?? 'From: tom@server1.com\r\nSubject: hello\r\nMessage-ID: <1@x>\r\n\r\nGood morning.\r\n';
  expect(await client.command(`${content}.`)).toMatch(/^250/);
}

async function settle(office: MailOffice): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    await office.queue.whenIdle();
  }
}

async function advance(office: MailOffice, hours: number): Promise<void> {
  for (let i = 0; i < hours * 4; i++) {
    office.clock.advance(HOUR / 4);
    await settle(office);
  }
}

/** DSNs in somebody's INBOX. */
function dsnsOf(office: MailOffice, name: string): string[] {
  const texts = office.copies.map((copy) => office.textOf(copy));
  return texts.filter(
    (text) => text.includes('report-type=delivery-status') && text.includes(`Delivered-To: ${name}@`),
  );
}

/** The delivery-status part. */
function statusOf(dsn: string) {
  const [, part = ''] = dsn.split('Content-Type: message/delivery-status\r\n');
  return parseDeliveryStatus(part.slice(part.indexOf('\r\n\r\n') + 4, part.indexOf('\r\n--=_')));
}

function timelineOf(office: MailOffice, traceId: string): MailEvent[] {
  return office.events
    .filter((event) => event.type !== 'refused')
    .filter((event) => event.traceId === traceId);
}

describe('a recipient that fails after acceptance', () => {
  test('is told to the sender by a DSN in the INBOX, and leaves the queue', async () => {
    const office = new MailOffice();
    await receive(office, {
      mail: 'RET=FULL ENVID=order+207',
      to: ['<anna@server1.com> ORCPT=rfc822;Anna+2Bwork@old.example', '<sales@server1.com>'],
    });
    office.directory.remove('anna@server1.com');
    await office.queue.start();
    await settle(office);

    const [dsn = ''] = dsnsOf(office, 'tom');
    expect(dsn).toMatch(/^Return-Path: <>\r\n/);
    expect(dsn).toContain('From: Mail Delivery System <postmaster@server1.com>\r\nTo: <tom@server1.com>\r\n');
    expect(dsn).toContain('Subject: Not delivered: hello\r\n');
    expect(dsn).toContain('In-Reply-To: <1@x>\r\n');
    expect(dsn).toContain('Auto-Submitted: auto-replied\r\n');
    expect(dsn).toContain('There is no mailbox of this name. Check the spelling of the address.\r\n');
    expect(dsn).toContain('Content-Type: message/rfc822\r\n');
    expect(dsn).toContain('\r\nGood morning.\r\n');
    const { message, recipients } = statusOf(dsn);
    expect(Object.fromEntries(message)).toEqual({
      'original-envelope-id': 'order 7',
      'reporting-mta': 'dns; mail.server1.com',
      'arrival-date': 'Thu, 1 Jan 2026 00:00:00 +0000',
    });
    expect(recipients.map((fields) => Object.fromEntries(fields))).toEqual([
      {
        'original-recipient': 'rfc822; Anna+work@old.example',
        'final-recipient': 'rfc822; anna@server1.com',
        action: 'failed',
        status: '5.1.1',
        'diagnostic-code': 'x-postroom; There is no mailbox here for anna@server1.com',
        'last-attempt-date': 'Thu, 1 Jan 2026 00:00:00 +0000',
      },
    ]);
    expect(await office.store.list({ offset: 0, limit: 10 })).toEqual([]);
  });

  test('links the timelines of the message and its DSN', async () => {
    const office = new MailOffice();
    await receive(office, { to: ['<anna@server1.com>'] });
    office.directory.remove('anna@server1.com');
    await office.queue.start();
    await settle(office);
    const events = timelineOf(office, 'id1');
    expect(events.map(({ type }) => type)).toEqual([
      'received',
      'queued',
      'attempted',
      'bounced',
      'finished',
    ]);
    const bounced = events.find((event) => event.type === 'bounced');
    expect(bounced).toMatchObject({
      action: 'failed',
      recipients: ['anna@server1.com'],
      to: 'tom@server1.com',
    });
    const own = timelineOf(office, bounced?.dsnTraceId ?? '');
    expect(own.map(({ type }) => type)).toEqual(['received', 'queued', 'attempted', 'finished']);
    expect(own[0]).toMatchObject({ via: 'bounce', reversePath: '', recipients: ['tom@server1.com'] });
  });

  test('is told once for all who failed together', async () => {
    const office = new MailOffice();
    await receive(office, { to: ['<anna@server1.com>', '<boss@server1.com>'] });
    office.directory.remove('anna@server1.com');
    office.directory.aliases.delete('boss@server1.com');
    await office.queue.start();
    await settle(office);
    const dsns = dsnsOf(office, 'tom');
    expect(dsns).toHaveLength(1);
    expect(statusOf(dsns[0] ?? '').recipients.map((fields) => fields.get('final-recipient'))).toEqual([
      'rfc822; anna@server1.com',
      'rfc822; boss@server1.com',
    ]);
  });

  test('of a message with the null reverse-path is told to nobody, but to its timeline', async () => {
    const office = new MailOffice();
    await receive(office, { from: '', to: ['<anna@server1.com>'] });
    office.directory.remove('anna@server1.com');
    await office.queue.start();
    await settle(office);
    expect(office.copies).toEqual([]);
    expect(await office.store.list({ offset: 0, limit: 10 })).toEqual([]);
    expect(timelineOf(office, 'id1').slice(-2)).toMatchObject([
      { type: 'unreported', recipients: ['anna@server1.com'], why: 'nullReversePath' },
      { type: 'finished' },
    ]);
  });

  test('a DSN that fails itself is the end of it', async () => {
    const office = new MailOffice();
    await receive(office, { to: ['<anna@server1.com>'] });
    office.directory.remove('anna@server1.com');
    office.directory.remove('tom@server1.com');
    await office.queue.start();
    await settle(office);
    expect(office.copies).toEqual([]);
    expect(await office.store.list({ offset: 0, limit: 10 })).toEqual([]);
    expect(office.events.filter(({ type }) => type === 'bounced')).toHaveLength(1);
    expect(office.events.filter(({ type }) => type === 'unreported')).toHaveLength(1);
  });

  test('is told in Chinese to a sender who writes Chinese', async () => {
    const office = new MailOffice();
    await receive(office, {
      to: ['<anna@server1.com>'],
      content: 'From: tom@server1.com\r\nSubject: =?utf-8?B?5L2g5aW9?=\r\n\r\n.\r\n',
    });
    office.directory.remove('anna@server1.com');
    await office.queue.start();
    await settle(office);
    expect(dsnsOf(office, 'tom')[0]).toContain('没有这个名称的邮箱');
  });
});

describe('a recipient that takes long', () => {
  test('is told once after four hours, and again when it is given up after five days', async () => {
    const office = new MailOffice();
    await receive(office, { to: ['<anna@server1.com>'] });
    office.directory.disable('anna@server1.com');
    await office.queue.start();
    await settle(office);
    await advance(office, 3.75);
    expect(dsnsOf(office, 'tom')).toEqual([]);
    await advance(office, 0.25);
    const [warning = '', ...more] = dsnsOf(office, 'tom');
    expect(more).toEqual([]);
    expect(warning).toContain('Subject: Delayed: hello\r\n');
    expect(warning).toContain('Content-Type: text/rfc822-headers\r\n');
    expect(Object.fromEntries(statusOf(warning).recipients[0] ?? [])).toMatchObject({
      action: 'delayed',
      status: '4.2.1',
      'will-retry-until': 'Tue, 6 Jan 2026 00:00:00 +0000',
    });
    await advance(office, 5 * 24);
    const dsns = dsnsOf(office, 'tom');
    expect(dsns).toHaveLength(2);
    expect(Object.fromEntries(statusOf(dsns[1] ?? '').recipients[0] ?? [])).toMatchObject({
      action: 'failed',
      status: '5.4.7',
    });
    expect(await office.store.list({ offset: 0, limit: 10 })).toEqual([]);
  });
});

describe('a delivery', () => {
  test('is confirmed where NOTIFY=SUCCESS asks for it, without telling where an alias leads', async () => {
    const office = new MailOffice();
    await receive(office, {
      to: ['<anna@server1.com>', '<sales@server1.com> NOTIFY=SUCCESS,FAILURE'],
    });
    await office.queue.start();
    await settle(office);
    const dsns = dsnsOf(office, 'tom');
    expect(dsns).toHaveLength(1);
    const { recipients } = statusOf(dsns[0] ?? '');
    expect(recipients.map((fields) => Object.fromEntries(fields))).toEqual([
      {
        'final-recipient': 'rfc822; sales@server1.com',
        action: 'delivered',
        status: '2.1.5',
        'last-attempt-date': 'Thu, 1 Jan 2026 00:00:00 +0000',
      },
    ]);
    expect(dsns[0]).not.toContain('anna@server1.com');
  });
});
