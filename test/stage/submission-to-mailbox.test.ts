import { describe, expect, test } from 'vitest';
import { nameRoutes } from '../../src-main/mail/routing/name-routes.ts';
import { MailOffice } from '../support/mail-office.ts';
import type { MemoryClient } from '../support/memory-connection.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function signIn(client: MemoryClient, name = 'tom'): Promise<void> {
  await client.readReply();
  await client.command('EHLO client.example');
  const reply = await client.command(`AUTH PLAIN ${base64(`\0${name}@server1.com\0secret-${name}`)}`);
  expect(reply).toMatch(/^235 2\.7\.0/);
}

async function submit(client: MemoryClient, recipients: string[], content: string): Promise<string> {
  expect(await client.command('MAIL FROM:<tom@server1.com>')).toMatch(/^250 2\.1\.0/);
  for (const recipient of recipients) {
    expect(await client.command(`RCPT TO:<${recipient}>`)).toMatch(/^250 2\.1\.5/);
  }
  expect(await client.command('DATA')).toMatch(/^354/);
  return client.command(`${content}\r\n.`);
}

describe('a message from submission to the mailbox', () => {
  test('is traced, repaired, queued, and deposited once per account', async () => {
    const office = new MailOffice();
    await office.queue.start();
    const client = office.connect('submissions');
    await signIn(client);
    const reply = await submit(
      client,
      ['anna@server1.com', 'sales@server1.com', 'ANNA@server1.com'],
      'From: Tom <tom@server1.com>\r\nTo: anna@server1.com\r\nBcc: x@y.example\r\nSubject: hi\r\n\r\n..dot',
    );
    expect(reply).toBe('250 2.0.0 Ok: queued as id1');
    await office.queue.whenIdle();

    expect(office.deliveredTo).toEqual(['anna', 'tom']);
    expect(office.textOf(office.copies[0]!)).toBe(
      [
        'Return-Path: <tom@server1.com>',
        'Delivered-To: anna@server1.com',
        'Received: from client.example ([192.0.2.7])',
        '\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384)',
        '\tby mail.server1.com with ESMTPSA id id1;',
        '\tThu, 1 Jan 2026 00:00:00 +0000',
        'From: Tom <tom@server1.com>',
        'To: anna@server1.com',
        'Subject: hi',
        'Date: Thu, 1 Jan 2026 00:00:00 +0000',
        'Message-ID: <id1@mail.server1.com>',
        '',
        '.dot',
        '',
      ].join('\r\n'),
    );
    expect(office.textOf(office.copies[1]!)).toContain('X-Original-To: sales@server1.com\r\n');
    expect(office.events.map(({ type }) => type)).toEqual([
      'received',
      'repaired',
      'queued',
      'attempted',
      'expanded',
      'attempted',
      'attempted',
      'finished',
    ]);
    expect(await office.store.depth()).toMatchObject({ queued: 0, deferred: 0, held: 0 });
  });
});

describe('a message to people elsewhere', () => {
  async function send(office: MailOffice, recipients: string[]): Promise<void> {
    await office.queue.start();
    const client = office.connect('submissions');
    await signIn(client);
    await submit(client, recipients, 'From: Tom <tom@server1.com>\r\nSubject: hi\r\n\r\nhello');
    await office.queue.whenIdle();
  }

  test('is relayed for those elsewhere and delivered to those here', async () => {
    const office = new MailOffice();
    await send(office, ['anna@server1.com', 'jack@server2.com', 'jill@server3.com']);
    expect(office.deliveredTo).toEqual(['anna']);
    expect(office.relay.relayed).toEqual([
      { traceId: 'id1', address: 'jack@server2.com', nextHop: { kind: 'mx', domain: 'server2.com' } },
      { traceId: 'id1', address: 'jill@server3.com', nextHop: { kind: 'mx', domain: 'server3.com' } },
    ]);
    expect(office.events.filter(({ type }) => type === 'finished')).toHaveLength(1);
    expect(await office.store.find('id1')).toBeNull();
  });

  test('goes once to each, where an alias leads here and elsewhere and the sender named one of them too', async () => {
    const office = new MailOffice();
    await send(office, ['team@server1.com', 'anna@server1.com']);
    expect(office.deliveredTo).toEqual(['anna']);
    expect(office.relay.relayed.map(({ address }) => address)).toEqual(['jack@server2.com']);
    expect(office.events.at(-1)).toMatchObject({ type: 'finished', traceId: 'id1' });
    await send(office, ['team@server1.com', 'jack@server2.com']);
    expect(office.relay.relayed.map(({ address }) => address)).toEqual([
      'jack@server2.com',
      'jack@server2.com',
    ]);
  });

  test('is refused at RCPT where this server does not send to others', async () => {
    const office = new MailOffice();
    office.routing = { relay: { mode: 'off' }, routes: [] };
    const client = office.connect('submissions');
    await signIn(client);
    await client.command('MAIL FROM:<tom@server1.com>');
    expect(await client.command('RCPT TO:<jack@server2.com>')).toBe(
      '550 5.7.1 jack@server2.com is elsewhere, and this server does not send mail to other servers',
    );
  });

  test('is never relayed for strangers, whatever the routes say', async () => {
    const office = new MailOffice();
    office.routing = {
      relay: { mode: 'direct' },
      routes: nameRoutes([
        {
          recipientDomain: '*',
          hosts: ['192.0.2.1'],
          protocol: 'smtp',
          tls: 'none',
          verifyCertificate: false,
        },
      ]),
    };
    const client = office.connect('reception');
    await client.readReply();
    await client.command('EHLO stranger.example');
    await client.command('MAIL FROM:<tom@server1.com>');
    expect(await client.command('RCPT TO:<jack@server2.com>')).toMatch(/^550 5\.7\.1 Relaying denied/u);
    expect(await client.command('RCPT TO:<team@server1.com>')).toMatch(/^250/u);
  });
});
