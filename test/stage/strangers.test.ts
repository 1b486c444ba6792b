/** What binds clients that have not signed in, and what a trusted proxy may say of them. */
import { describe, expect, test } from 'vitest';
import type { StrangerLimits } from '../../src-main/protocol/smtp/server/limits.ts';
import { MailOffice } from '../support/mail-office.ts';
import type { MemoryClient } from '../support/memory-connection.ts';

const MANY: StrangerLimits = { messagesPerHour: 1000, recipientsPerHour: 1000, errorsPerHour: 1000 };
const THIS_MACHINE = { remoteAddress: '127.0.0.1' };

async function greeted(client: MemoryClient): Promise<MemoryClient> {
  expect(await client.readLine()).toMatch(/^220 /);
  await client.command('EHLO client.example');
  return client;
}

async function sendTo(client: MemoryClient, ...names: string[]): Promise<string> {
  const mail = await client.command('MAIL FROM:<a@b.example>');
  if (!mail.startsWith('250')) return mail;
  for (const name of names) {
    const reply = await client.command(`RCPT TO:<${name}@server1.com>`);
    if (!reply.startsWith('250')) return reply;
  }
  return client.command('BDAT 14 LAST\r\nSubject: x\r\n');
}

/** Lets timers that are due fire, and what follows from them happen. */
async function pass(office: MailOffice, ms: number): Promise<void> {
  office.clock.advance(ms);
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a stranger that speaks before the greeting', () => {
  test('is told so and let go, and the next one is served', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    const early = office.connect('reception');
    early.write('EHLO spam.example\r\nMAIL FROM:<>\r\n');
    expect(await early.readLine()).toBe(
      '554 5.5.1 You spoke before the greeting; wait for it (RFC 5321 4.3.1)',
    );
    expect(await early.readLine()).toBeNull();
    expect(office.transcripts.last.end ?? 'refused').toBe('refused');
    await greeted(office.connect('reception'));
  });

  test('is forgiven on this machine, at submission, and under TLS', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    for (const client of [
      office.connect('reception', THIS_MACHINE),
      office.connect('submission'),
      office.connect('submissions'),
    ]) {
      client.write('EHLO early.example\r\n');
      expect(await client.readLine()).toMatch(/^220 /);
      expect((await client.readReply())[0]).toMatch(/^250-/);
    }
  });

  test('costs an honest client no time: the greeting comes without the clock moving', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    await greeted(office.connect('reception'));
    expect(office.clock.now()).toBe(new MailOffice().clock.now());
  });

  test('hears of the end of the service after the greeting, where it comes in between', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    const client = office.connect('reception');
    await office.reception.closeAll('The server is stopping');
    expect(await client.readLine()).toMatch(/^220 /);
    expect(await client.readLine()).toBe('421 4.3.2 The server is stopping');
    expect(await client.readLine()).toBeNull();
  });

  test('that has gone meanwhile leaves nothing behind', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    const client = office.connect('reception');
    client.destroy();
    await client.over;
    expect(office.reception.sessionCount).toBe(0);
  });
});

describe('the tarpit', () => {
  const wrong = (client: MemoryClient) => client.command('RCPT TO:<nobody@server1.com>');

  test('holds back replies to a stranger, longer with each error, while others are served', async () => {
    const office = new MailOffice({ strangerLimits: MANY, limits: { errors: 50 } });
    const client = await greeted(office.connect('reception'));
    await client.command('MAIL FROM:<a@b.example>');
    for (let i = 0; i < 3; i++) expect(await wrong(client)).toMatch(/^550/);
    for (const seconds of [1, 2, 4, 8, 10, 10]) {
      let reply: string | undefined;
      const answered = wrong(client).then((text) => (reply = text));
      await pass(office, 0);
      await pass(office, seconds * 1000 - 1);
      expect(reply).toBeUndefined();
      expect(await sendTo(await greeted(office.connect('reception')), 'tom')).toMatch(/^250/);
      await pass(office, 1);
      await answered;
      expect(reply).toMatch(/^550 5\.1\.1/);
    }
    expect(office.transcripts.sessions[0]?.lines).toContain(
      '-- The reply is held back for 10 s: too many errors',
    );
  });

  test('lets replies to earlier commands of a group go first', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    const client = await greeted(office.connect('reception'));
    client.write('A\r\nB\r\nC\r\nNOOP\r\nD\r\nNOOP\r\n');
    for (let i = 0; i < 3; i++) expect(await client.readLine()).toMatch(/^500/);
    expect(await client.readLine()).toBe('250 2.0.0 Ok');
    await pass(office, 1000);
    expect(await client.readLine()).toMatch(/^500/);
    expect(await client.readLine()).toBe('250 2.0.0 Ok');
  });

  test('does not hold a session that ends: by the client, or by us', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    const [leaving, staying] = [
      await greeted(office.connect('reception')),
      await greeted(office.connect('reception')),
    ];
    for (const client of [leaving, staying]) client.write('A\r\nB\r\nC\r\nD\r\n');
    await pass(office, 0);
    leaving.destroy();
    await leaving.over;
    await office.reception.closeAll('The server is stopping');
    const lines = [];
    for (let line = await staying.readLine(); line !== null; line = await staying.readLine())
      lines.push(line);
    expect(lines.at(-1)).toBe('421 4.3.2 The server is stopping');
    expect(lines).toHaveLength(5);
  });

  test('is not for this machine, nor for whoever has signed in', async () => {
    const office = new MailOffice({ strangerLimits: MANY });
    const local = await greeted(office.connect('reception', THIS_MACHINE));
    const tom = await greeted(office.connect('submissions'));
    const plain = Buffer.from('\0tom@server1.com\0secret-tom').toString('base64');
    expect(await tom.command(`AUTH PLAIN ${plain}`)).toMatch(/^235/);
    for (const client of [local, tom]) {
      for (let i = 0; i < 10; i++) expect(await client.command('FROB')).toMatch(/^500/);
    }
  });
});

describe('limits of an address', () => {
  test('of messages and recipients an hour are answered 450 4.7.1, and pass', async () => {
    const office = new MailOffice({ strangerLimits: { ...MANY, messagesPerHour: 2, recipientsPerHour: 3 } });
    const client = await greeted(office.connect('reception'));
    expect(await sendTo(client, 'tom', 'anna')).toMatch(/^250/);
    expect(await sendTo(client, 'tom', 'anna')).toMatch(/^450 4\.7\.1 Too many recipients/);
    await client.command('RSET');
    expect(await sendTo(client, 'tom')).toMatch(/^450 4\.7\.1 Too many messages/);
    const other = await greeted(office.connect('reception', { remoteAddress: '192.0.2.8' }));
    expect(await sendTo(other, 'tom')).toMatch(/^250/);
    office.clock.advance(3_600_000);
    const later = await greeted(office.connect('reception'));
    expect(await sendTo(later, 'tom')).toMatch(/^250/);
  });

  test('of errors are counted over all its sessions, and answered 421 at the next connection', async () => {
    const office = new MailOffice({ strangerLimits: { ...MANY, errorsPerHour: 4 } });
    for (let i = 0; i < 2; i++) {
      const client = await greeted(office.connect('reception'));
      await client.command('A');
      await client.command('B');
    }
    const refused = office.connect('reception');
    expect(await refused.readLine()).toBe('421 4.7.0 Too many errors from your address, try again later');
    await greeted(office.connect('reception', { remoteAddress: '192.0.2.8' }));
    office.clock.advance(3_600_000);
    await greeted(office.connect('reception'));
  });
});

describe('XCLIENT', () => {
  const PROXY = { remoteAddress: '192.0.2.99' };
  const office = () => new MailOffice({ xclientFrom: ['192.0.2.99'] });

  test('is offered to trusted proxies only, and to others does not exist', async () => {
    const mine = office();
    const proxy = mine.connect('reception', PROXY);
    await proxy.readLine();
    expect(await proxy.command('EHLO proxy.example')).toContain(
      'XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT',
    );
    const stranger = mine.connect('reception');
    await stranger.readLine();
    expect(await stranger.command('EHLO client.example')).not.toContain('XCLIENT');
    expect(await stranger.command('XCLIENT ADDR=203.0.113.9')).toMatch(/^502/);
  });

  test('begins the session anew for the client that the proxy names', async () => {
    const mine = office();
    await mine.queue.start();
    const client = await greeted(mine.connect('reception', PROXY));
    expect(
      await client.command(
        'XCLIENT NAME=spike.example ADDR=203.0.113.9 PORT=1234 PROTO=ESMTP HELO=spike.example',
      ),
    ).toBe('220 mail.server1.com ESMTP');
    expect(await sendTo(client, 'tom')).toMatch(/^250/);
    await mine.queue.whenIdle();
    const [copy] = mine.copies;
    expect(copy && mine.textOf(copy)).toContain('Received: from spike.example ([203.0.113.9])');
    expect(mine.transcripts.last.lines).toContain('-- The client is 203.0.113.9, says the proxy');
  });

  test('has the limits count for the client, not for the proxy', async () => {
    const mine = new MailOffice({
      strangerLimits: { ...MANY, errorsPerHour: 1 },
      xclientFrom: ['192.0.2.99'],
    });
    const bad = await greeted(mine.connect('reception', PROXY));
    await bad.command('XCLIENT ADDR=203.0.113.9');
    expect(await bad.command('FROB')).toMatch(/^500/);
    const again = await greeted(mine.connect('reception', PROXY));
    expect(await again.command('XCLIENT ADDR=203.0.113.9')).toMatch(/^421 4\.7\.0/);
    expect(await again.readLine()).toBeNull();
    const good = await greeted(mine.connect('reception', PROXY));
    expect(await good.command('XCLIENT ADDR=203.0.113.10')).toMatch(/^220 /);
  });

  test('LOGIN is believed of accounts that exist', async () => {
    const mine = office();
    const client = await greeted(mine.connect('submission', PROXY));
    expect(await client.command('XCLIENT LOGIN=nobody@server1.com')).toMatch(/^501 5\.5\.4/);
    expect(await client.command('XCLIENT LOGIN=sales@server1.com')).toMatch(/^501 5\.5\.4/);
    expect(await client.command('XCLIENT LOGIN=otto@server1.com')).toMatch(/^501 5\.5\.4/);
    expect(await client.command('XCLIENT ADDR=IPV6:2001:db8::9 LOGIN=tom+40server1.com')).toMatch(/^220 /);
    expect(await client.command('MAIL FROM:<tom@server1.com>')).toMatch(/^503 5\.5\.1 Send EHLO first/);
    await client.command('EHLO client.example');
    expect(await client.command('MAIL FROM:<tom@server1.com>')).toMatch(/^250/);
    expect(await client.command('XCLIENT LOGIN=[UNAVAILABLE]')).toMatch(/^503/);
    await client.command('RSET');
    expect(await client.command('XCLIENT LOGIN=[UNAVAILABLE]')).toMatch(/^220/);
    await client.command('EHLO client.example');
    expect(await client.command('MAIL FROM:<tom@server1.com>')).toMatch(/^530/);
  });

  test('that is malformed changes nothing', async () => {
    const mine = office();
    const client = await greeted(mine.connect('reception', PROXY));
    for (const argument of ['', 'ADDR', 'ADDR=', 'COLOUR=blue', 'ADDR=1.2.3.4 ADDR=1.2.3.5', 'PORT=x']) {
      expect(await client.command(`XCLIENT ${argument}`)).toMatch(/^501 5\.5\.4/);
    }
    expect(await sendTo(client, 'tom')).toMatch(/^250/);
  });
});
