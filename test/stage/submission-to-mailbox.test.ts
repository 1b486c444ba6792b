import { describe, expect, test } from 'vitest';
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
