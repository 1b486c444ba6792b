import { describe, expect, test } from 'vitest';
import { nameRoutes } from '../../src-main/mail/routing/name-routes.ts';
import type { RelayRule } from '../../src-main/mail/routing/relay-rules/port.ts';
import { MailOffice } from '../support/mail-office.ts';
import type { MemoryClient } from '../support/memory-connection.ts';

/** Where the clients of the tests come from. */
const HERE = '192.0.2.7';

function rule(given: Partial<RelayRule>): RelayRule {
  return {
    name: 'printer',
    isEnabled: true,
    clients: { kind: 'networks', networks: [HERE] },
    recipients: { kind: 'anywhere' },
    action: { kind: 'accept' },
    ...given,
  };
}

async function openOffice(...rules: readonly RelayRule[]): Promise<MailOffice> {
  const office = new MailOffice();
  office.relayRules = rules;
  await office.queue.start();
  return office;
}

async function connect(office: MailOffice, service: 'submission' | 'reception'): Promise<MemoryClient> {
  const client = office.connect(service);
  await client.readReply();
  await client.command('EHLO printer.server1.com');
  return client;
}

const MAIL = 'MAIL FROM:<scanner@server1.com>';
const ELSEWHERE = 'RCPT TO:<jack@server2.com>';

async function send(client: MemoryClient, content: string, rcpt = ELSEWHERE): Promise<string> {
  expect(await client.command(MAIL)).toMatch(/^250/);
  expect(await client.command(rcpt)).toMatch(/^250/);
  const go = await client.command('DATA');
  return go.startsWith('354') ? client.command(`${content}\r\n.`) : go;
}

describe('a device without sign-in that a rule lets in', () => {
  test.each(['submission', 'reception'] as const)('sends elsewhere by %s, completed', async (service) => {
    const office = await openOffice(rule({}));
    const client = await connect(office, service);
    await client.command(MAIL);
    expect(await client.command('RCPT TO:<tom@server1.com>')).toMatch(/^250/);
    expect(await client.command(ELSEWHERE)).toMatch(/^250/);
    await client.command('DATA');
    const content = 'Subject: scan\r\nBcc: x@y.example\r\nReturn-Path: <z@y.example>\r\n\r\npage 1';
    expect(await client.command(`${content}\r\n.`)).toMatch(/^250 2\.0\.0/);
    await office.queue.whenIdle();
    expect(office.relay.relayed).toMatchObject([{ address: 'jack@server2.com' }]);
    const [copy] = office.copies;
    const text = copy === undefined ? '' : await office.textOf(copy);
    expect(text).toMatch(/^Date: /mu);
    expect(text).toMatch(/^From: scanner@server1\.com\r$/mu);
    expect(text).toMatch(/^Message-ID: <.*@mail\.server1\.com>\r$/mu);
    expect(text).not.toMatch(/^Bcc|y\.example/mu);
    expect(office.events).toContainEqual(
      expect.objectContaining({ type: 'received', rules: ['printer', 'printer'] }),
    );
    expect(office.events).toContainEqual(
      expect.objectContaining({
        type: 'repaired',
        what: ['dateAdded', 'fromAdded', 'messageIdAdded', 'bccRemoved'],
      }),
    );
  });

  test('is let on with a header section that is malformed: nobody would read the refusal', async () => {
    const office = await openOffice(rule({}));
    const client = await connect(office, 'submission');
    expect(await send(client, 'no field at all\r\n\r\npage 1')).toMatch(/^250 2\.0\.0/);
  });

  test('has to sign in on 587 when the rule has expired, and is refused on 25', async () => {
    const office = await openOffice();
    const expiresAt = office.clock.now() + 1000;
    office.relayRules = [rule({ expiresAt })];
    expect(await (await connect(office, 'submission')).command(MAIL)).toMatch(/^250/);
    office.clock.advance(1000);
    const submission = await connect(office, 'submission');
    expect(await submission.command(MAIL)).toMatch(/^530 5\.7\.0/);
    const reception = await connect(office, 'reception');
    await reception.command(MAIL);
    expect(await reception.command(ELSEWHERE)).toBe(
      '550 5.7.1 Relaying denied: jack@server2.com is not in a domain of this server (rule "Everything else is refused")',
    );
  });

  test('must sign in for recipients that only the fixed rules would allow it on 587', async () => {
    const office = await openOffice(rule({ recipients: { kind: 'domains', domains: ['server2.com'] } }));
    const client = await connect(office, 'submission');
    expect(await client.command(MAIL)).toMatch(/^250/);
    expect(await client.command(ELSEWHERE)).toMatch(/^250/);
    expect(await client.command('RCPT TO:<tom@server1.com>')).toMatch(/^530 5\.7\.0/);
  });
});

describe('what a rule bounds', () => {
  test('the size, told at MAIL where every recipient has the bound', async () => {
    const office = await openOffice(rule({ maxOctets: 1000 }));
    const client = await connect(office, 'reception');
    const reply = '552 5.3.4 The message is larger than 1000 octets (rule "printer")';
    expect(await client.command(`${MAIL} SIZE=1001`)).toBe(reply);
    expect(await client.command(`${MAIL} SIZE=1000`)).toMatch(/^250/);
  });

  test('the size, told at RCPT where only some have', async () => {
    const office = await openOffice(
      rule({ maxOctets: 1000, recipients: { kind: 'domains', domains: ['server2.com'] } }),
    );
    const client = await connect(office, 'reception');
    expect(await client.command(`${MAIL} SIZE=1001`)).toMatch(/^250/);
    expect(await client.command(ELSEWHERE)).toMatch(/^552 5\.3\.4 .*"printer"/);
    expect(await client.command('RCPT TO:<tom@server1.com>')).toMatch(/^250/);
  });

  test('the size of a content that was not announced', async () => {
    const office = await openOffice(rule({ maxOctets: 1000 }));
    const client = await connect(office, 'reception');
    expect(await send(client, `Subject: big\r\n\r\n${'x'.repeat(70)}\r\n`.repeat(20))).toMatch(
      /^552 5\.3\.4 .*"printer"/,
    );
    expect(office.spool.files.size).toBe(0);
    expect(await send(client, 'Subject: small\r\n\r\n')).toMatch(/^250 2\.0\.0/);
    expect(office.events).toContainEqual(
      expect.objectContaining({ type: 'refused', reply: expect.stringMatching(/^552 5\.3\.4/) }),
    );
  });

  test('the rate, counted when a content comes', async () => {
    const office = await openOffice(rule({ messagesPerHour: 2 }));
    const client = await connect(office, 'reception');
    expect(await send(client, 'Subject: 1\r\n\r\n')).toMatch(/^250/);
    await client.command(MAIL);
    await client.command(ELSEWHERE);
    expect(await client.command('RSET')).toMatch(/^250/);
    expect(await send(client, 'Subject: 2\r\n\r\n')).toMatch(/^250/);
    await client.command(MAIL);
    expect(await client.command(ELSEWHERE)).toBe(
      '450 4.7.1 More than 2 messages in an hour, try later (rule "printer")',
    );
    office.clock.advance(2 * 60 * 60 * 1000);
    const later = await connect(office, 'reception');
    expect(await send(later, 'Subject: 3\r\n\r\n')).toMatch(/^250/);
  });

  test('the rate, also where sessions race for the last place', async () => {
    const office = await openOffice(rule({ messagesPerHour: 1 }));
    const clients = [await connect(office, 'reception'), await connect(office, 'reception')];
    for (const client of clients) {
      await client.command(MAIL);
      expect(await client.command(ELSEWHERE)).toMatch(/^250/);
    }
    const replies = await Promise.all(clients.map((client) => client.command('DATA')));
    expect(replies.map((reply) => reply.slice(0, 3)).sort()).toEqual(['354', '450']);
  });
});

describe('a rule that refuses', () => {
  test('says so in its own words and names itself, at every recipient', async () => {
    const office = await openOffice(
      rule({ name: 'no faxes', action: { kind: 'refuse', text: 'Use the scanner' } }),
    );
    const client = await connect(office, 'reception');
    await client.command(MAIL);
    expect(await client.command('RCPT TO:<tom@server1.com>')).toBe(
      '550 5.7.1 Use the scanner (rule "no faxes")',
    );
    expect(office.events).toContainEqual(
      expect.objectContaining({ type: 'refused', recipient: 'tom@server1.com', rule: 'no faxes' }),
    );
  });

  test('keeps users from sending elsewhere where none allows it', async () => {
    const office = await openOffice();
    const client = office.connect('submissions');
    await client.readReply();
    await client.command('EHLO client.example');
    const secret = Buffer.from('\0tom@server1.com\0secret-tom').toString('base64');
    expect(await client.command(`AUTH PLAIN ${secret}`)).toMatch(/^235/);
    await client.command('MAIL FROM:<tom@server1.com>');
    expect(await client.command(ELSEWHERE)).toMatch(/^550 5\.7\.1 Relaying denied/);
    expect(await client.command('RCPT TO:<anna@server1.com>')).toMatch(/^250/);
  });
});

describe('a rule that leads through a route', () => {
  const routes = nameRoutes([
    {
      name: 'archive',
      recipientDomain: 'archive.example',
      hosts: ['192.0.2.9'],
      protocol: 'smtp',
      tls: 'none',
      verifyCertificate: false,
    },
  ]);

  test('does so at the attempt, after it has expired too, and where nothing else leaves', async () => {
    const office = await openOffice();
    const expiresAt = office.clock.now() + 1000;
    office.relayRules = [rule({ action: { kind: 'route', route: 'archive' }, expiresAt })];
    office.routing = { relay: { mode: 'off' }, routes };
    const client = await connect(office, 'reception');
    office.relay.isOutOfReach = true;
    expect(await send(client, 'Subject: scan\r\n\r\n')).toMatch(/^250/);
    await office.queue.whenIdle();
    office.relay.isOutOfReach = false;
    office.clock.advance(24 * 60 * 60 * 1000);
    await office.queue.whenIdle();
    expect(office.relay.relayed).toMatchObject([{ nextHop: { route: 'archive' } }]);
  });
});
