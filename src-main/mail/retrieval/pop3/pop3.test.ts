import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReadingOffice, TOM } from '../../../../test/support/reading-office.ts';
import { ScramSha256Client } from '../../../protocol/sasl/scram-sha-256-client.ts';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';

const FIRST = 'From: anna@server1.com\nSubject: first\n\nHello\n.\n..two dots\n.hidden';
const SECOND = 'From: anna@server1.com\nSubject: second\n\nline 1\nline 2\nline 3\n';

async function signIn(office: ReadingOffice): Promise<DialogueClient> {
  const client = office.connectPop3();
  await client.play(`
    S: +OK mail.server1.com Postroom ready
    C: USER tom@server1.com
    S: +OK Now the password
    C: PASS secret-tom
    S: +OK <…> messages
  `);
  return client;
}

async function officeWithMail(): Promise<ReadingOffice> {
  const office = new ReadingOffice();
  await office.arrive(FIRST, { traceId: 'trace-first' });
  await office.arrive(SECOND);
  return office;
}

async function subjects(office: ReadingOffice): Promise<number> {
  return (await office.store.findMailbox(TOM, 'INBOX'))?.messageCount ?? 0;
}

describe('RFC 1939 §4 AUTHORIZATION state', () => {
  test('ends in the transcript with the reply that lets the client in', async () => {
    const office = new ReadingOffice();
    const client = await signIn(office);
    await client.play(`
      C: NOOP
      S: +OK Here
    `);
    const { lines } = office.transcripts.last;
    const enters = lines.indexOf('[mailbox]');
    expect(lines[enters - 1]).toMatch(/^S: \+OK \d+ messages/);
    expect(lines[enters + 1]).toBe('C: NOOP');
  });

  test('offers no sign-in without TLS, and does after STLS (RFC 2595 §4)', async () => {
    const office = new ReadingOffice({ allowCleartextAuth: false });
    const client = office.connectPop3();
    await client.play(`
      S: +OK mail.server1.com Postroom ready
      C: CAPA
      S: +OK Capabilities
      S: STLS
      S: TOP
      S: UIDL
      S: PIPELINING
      S: RESP-CODES
      S: AUTH-RESP-CODE
      S: UTF8 USER
      S: LANG
      S: EXPIRE NEVER
      S: IMPLEMENTATION Postroom
      S: .
      C: USER tom@server1.com
      S: -ERR [SYS/PERM] Use STLS first: passwords are not taken in clear text
      C: STLS
      S: +OK Begin TLS negotiation now
    `);
    await client.play(`
      C: CAPA
      S: +OK Capabilities
      S: USER
      S: SASL SCRAM-SHA-256 PLAIN LOGIN
      S: TOP
      S: UIDL
      S: PIPELINING
      S: RESP-CODES
      S: AUTH-RESP-CODE
      S: UTF8 USER
      S: LANG
      S: EXPIRE NEVER
      S: IMPLEMENTATION Postroom
      S: .
      C: STLS
      S: -ERR STLS is not allowed now
      C: AUTH PLAIN AHRvbUBzZXJ2ZXIxLmNvbQBzZWNyZXQtdG9t
      S: +OK 0 messages
    `);
  });

  test('signs in with AUTH in two steps, and lets the client give up (RFC 5034)', async () => {
    const office = new ReadingOffice();
    const client = office.connectPop3();
    await client.play(`
      S: +OK <…>
      C: AUTH
      S: +OK Mechanisms
      S: SCRAM-SHA-256
      S: PLAIN
      S: LOGIN
      S: .
      C: AUTH GSSAPI
      S: -ERR This mechanism is not offered
      C: AUTH PLAIN
      S: +${' '}
      C: *
      S: -ERR AUTH cancelled
      C: AUTH LOGIN
      S: + VXNlcm5hbWU6
      C: dG9tQHNlcnZlcjEuY29t
      S: + UGFzc3dvcmQ6
      C: c2VjcmV0LXRvbQ==
      S: +OK 0 messages
    `);
    expect(office.transcripts.last.lines.join('\n')).not.toContain('c2VjcmV0');
  });

  test('refuses a wrong password after a moment (AUTH: RFC 3206), and too many of them for good', async () => {
    const office = new ReadingOffice();
    const client = office.connectPop3();
    await client.readLine();
    for (let attempt = 0; attempt < 4; attempt++) {
      await client.play(`
        C: USER tom@server1.com
        S: +OK Now the password
        C: PASS wrong password
      `);
      await untilTranscript(office, attempt + 1);
      office.clock.advance(10_000);
      await client.play('S: -ERR [AUTH] Wrong name or password');
    }
    await client.play('S: -ERR Too many failed sign-ins');
    expect(await client.readLine()).toBeNull();
    expect(office.transcripts.last.lines.join('\n')).not.toContain('wrong');
    expect(office.transcripts.last.end).toBe('refused');
  });

  test('tells who is switched off, and takes no commands of other states', async () => {
    const office = new ReadingOffice();
    const client = office.connectPop3();
    await client.play(`
      S: +OK <…>
      C: STAT
      S: -ERR STAT is not allowed now
      C: PASS early
      S: -ERR USER comes first
      C: USER otto@server1.com
      S: +OK Now the password
      C: PASS secret-otto
    `);
    await untilTranscript(office, 2);
    office.clock.advance(1_000);
    await client.play('S: -ERR [SYS/PERM] This account is switched off');
  });
});

/** Waits until the client's `count`-th PASS has reached the server and is being delayed. */
async function untilTranscript(office: ReadingOffice, count: number): Promise<void> {
  const isThere = () => office.transcripts.last.lines.filter((line) => line.includes('PASS')).length >= count;
  while (!isThere()) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('RFC 1939 §5 TRANSACTION state', () => {
  test('answers as the example session of RFC 1939 §10', async () => {
    const office = await officeWithMail();
    const client = await signIn(office);
    await client.play(`
      C: STAT
      S: +OK 2 138
      C: LIST
      S: +OK 2 messages
      S: 1 71
      S: 2 67
      S: .
      C: LIST 2
      S: +OK 2 67
      C: LIST 3
      S: -ERR No such message
      C: RETR 1
      S: +OK 71 octets
      S: From: anna@server1.com
      S: Subject: first
      S:
      S: Hello
      S: ..
      S: ...two dots
      S: ..hidden
      S: .
      C: DELE 1
      S: +OK Message 1 is marked for removal
      C: RETR 1
      S: -ERR No such message
      C: DELE 1
      S: -ERR No such message
      C: STAT
      S: +OK 1 67
      C: LIST
      S: +OK 1 messages
      S: 2 67
      S: .
      C: NOOP
      S: +OK Here
      C: QUIT
      S: +OK Goodbye
    `);
    expect(await client.readLine()).toBeNull();
    expect(await subjects(office)).toBe(1);
  });

  test('TOP sends the header section and so many lines', async () => {
    const office = await officeWithMail();
    const client = await signIn(office);
    await client.play(`
      C: TOP 2 0
      S: +OK Top of the message
      S: From: anna@server1.com
      S: Subject: second
      S:
      S: .
      C: TOP 2 2
      S: +OK Top of the message
      S: From: anna@server1.com
      S: Subject: second
      S:
      S: line 1
      S: line 2
      S: .
      C: TOP 2 100
      S: +OK Top of the message
      S: From: anna@server1.com
      S: Subject: second
      S:
      S: line 1
      S: line 2
      S: line 3
      S: .
      C: TOP 2
      S: -ERR TOP needs a message number and a number of lines
    `);
  });

  test('UIDL stays the same for the next session, RSET takes removals back', async () => {
    const office = await officeWithMail();
    const client = await signIn(office);
    client.write('UIDL\r\n');
    await client.readLine();
    const ids = [await client.readLine(), await client.readLine()];
    await client.play(`
      S: .
      C: DELE 1
      S: +OK <…>
      C: RSET
      S: +OK 2 messages
      C: DELE 2
      S: +OK <…>
      C: UIDL 1
      S: +OK ${ids[0]}
      C: QUIT
      S: +OK Goodbye
    `);
    const next = await signIn(office);
    await next.play(`
      C: UIDL
      S: +OK 1 messages
      S: ${ids[0]}
      S: .
    `);
  });

  test('a connection that breaks removes nothing and frees the maildrop', async () => {
    const office = await officeWithMail();
    const client = await signIn(office);
    await client.play(`
      C: DELE 1
      S: +OK <…>
    `);
    const other = office.connectPop3();
    await other.play(`
      S: +OK <…>
      C: USER tom@server1.com
      S: +OK <…>
      C: PASS secret-tom
      S: -ERR [IN-USE] Another session has this maildrop
    `);
    await client.leave();
    await other.play(`
      C: USER tom@server1.com
      S: +OK <…>
      C: PASS secret-tom
      S: +OK 2 messages
    `);
    expect(office.transcripts.sessions[0]?.end).toBe('lost');
  });

  test('a message read for the first time is on its timeline, and seen by IMAP after QUIT', async () => {
    const office = await officeWithMail();
    const client = await signIn(office);
    client.write('RETR 1\r\nRETR 1\r\nQUIT\r\n');
    await client.leave();
    expect(office.events).toEqual([
      {
        type: 'read',
        by: 'pop3',
        traceId: 'trace-first',
        at: office.clock.now(),
        account: 'tom@server1.com',
        mailbox: 'INBOX',
        sessionId: 'session-1',
      },
    ]);
    expect((await office.store.findMailbox(TOM, 'INBOX'))?.unseenCount).toBe(1);
  });

  test('pipelined commands are answered in their order', async () => {
    const office = await officeWithMail();
    const client = office.connectPop3();
    client.write('USER tom@server1.com\r\nPASS secret-tom\r\nSTAT\r\nQUIT\r\n');
    await client.play(`
      S: +OK mail.server1.com Postroom ready
      S: +OK Now the password
      S: +OK 2 messages
      S: +OK 2 138
      S: +OK Goodbye
    `);
  });
});

describe('the settings of an account', () => {
  test('deleted messages move to the Trash where the account wants so', async () => {
    const office = await officeWithMail();
    office.directory.changePop3('tom@server1.com', { onDelete: 'moveToTrash' });
    const client = await signIn(office);
    await client.play(`
      C: DELE 1
      S: +OK <…>
      C: QUIT
      S: +OK Goodbye
    `);
    expect(await subjects(office)).toBe(1);
    expect((await office.store.findMailbox(TOM, 'Trash'))?.messageCount).toBe(1);
  });

  test('another mailbox may be the maildrop; INBOX is where it is missing', async () => {
    const office = await officeWithMail();
    await office.arrive(SECOND, { mailbox: 'Archive' });
    office.directory.changePop3('tom@server1.com', { mailbox: 'Archive' });
    const client = await signIn(office);
    await client.play(`
      C: STAT
      S: +OK 1 67
      C: QUIT
      S: +OK Goodbye
    `);
    office.directory.changePop3('tom@server1.com', { mailbox: 'Gone' });
    await (
      await signIn(office)
    ).play(`
      C: STAT
      S: +OK 2 138
    `);
  });

  test('what was fetched goes after so many days, what was not stays (EXPIRE, RFC 2449 §6.7)', async () => {
    const office = await officeWithMail();
    office.directory.changePop3('tom@server1.com', { keepDays: 7 });
    const client = await signIn(office);
    client.write('CAPA\r\nRETR 1\r\nQUIT\r\n');
    const lines: (string | null)[] = [];
    for (let line = await client.readLine(); line !== null; line = await client.readLine()) lines.push(line);
    expect(lines).toContain('EXPIRE 7');
    await (await signIn(office)).play('C: QUIT\nS: +OK Goodbye');
    expect(await subjects(office)).toBe(2);
    office.clock.advance(8 * 24 * 60 * 60_000);
    await (await signIn(office)).play('C: QUIT\nS: +OK Goodbye');
    const inbox = await office.store.findMailbox(TOM, 'INBOX');
    const left = await office.store.listEntries(inbox?.id ?? 0);
    expect(left.map(({ flags }) => flags)).toEqual([[]]);
  });

  test('a client that comes back too soon waits (LOGIN-DELAY, RFC 2449 §6.5)', async () => {
    const office = await officeWithMail();
    office.directory.changePop3('tom@server1.com', { loginDelaySeconds: 60 });
    await (await signIn(office)).play('C: QUIT\nS: +OK Goodbye');
    const soon = office.connectPop3();
    soon.write('CAPA\r\n');
    const lines: (string | null)[] = [];
    for (let line = await soon.readLine(); line !== '.'; line = await soon.readLine()) lines.push(line);
    expect(lines).toContain('LOGIN-DELAY 60 USER');
    await soon.play(`
      C: USER tom@server1.com
      S: +OK <…>
      C: PASS secret-tom
      S: -ERR [LOGIN-DELAY] Wait before the next sign-in
    `);
    office.clock.advance(60_000);
    await signIn(office);
  });
});

describe('trouble of the disk', () => {
  test.each([
    {
      code: 'SQLITE_FULL',
      english: '[SYS/TEMP] The disk of this server is full, try again later',
      chinese: '[SYS/TEMP] 服务器磁盘已满，请稍后再试',
    },
    {
      code: 'SQLITE_CORRUPT_INDEX',
      english: '[SYS/PERM] Data of this server is damaged, its administrator has to look at it',
      chinese: '[SYS/PERM] 服务器的数据已损坏，需要管理员处理',
    },
  ])('is told as that, in the language of the session (RFC 3206 §4): $code', async (trouble) => {
    const office = await officeWithMail();
    const client = await signIn(office);
    office.store.openMessage = () => Promise.reject(Object.assign(new Error('it failed'), trouble));
    await client.play(`
      C: RETR 1
      S: -ERR ${trouble.english}
      C: LANG zh
      S: +OK <…>
      C: RETR 1
      S: -ERR ${trouble.chinese}
      C: NOOP
      S: +OK <…>
    `);
  });
});

describe('languages (RFC 6856)', () => {
  test('UTF8 and LANG answer as their examples do, with the language that fits best (RFC 4647)', async () => {
    const office = new ReadingOffice();
    const client = office.connectPop3();
    await client.play(`
      S: +OK <…>
      C: UTF8
      S: +OK UTF-8 it is
      C: LANG
      S: +OK Languages
      S: en English
      S: zh-CN 简体中文
      S: .
      C: LANG MUL
      S: -ERR Not a language of this server: MUL
      C: LANG zh
      S: +OK zh-CN 简体中文
      C: USER tom@server1.com
      S: +OK 请输入密码
      C: PASS secret-tom
      S: +OK 0 封邮件
      C: UTF8
      S: -ERR UTF8 is not allowed now
      C: RETR 1
      S: -ERR 没有这封邮件
      C: LANG *
      S: +OK en English
      C: NOOP
      S: +OK Here
    `);
  });
});

test('AUTH SCRAM-SHA-256 signs in without the password on the wire, and proves that the server knows it', async () => {
  const office = new ReadingOffice();
  const client = office.connectPop3();
  const scram = new ScramSha256Client(
    { user: 'tom@server1.com', password: 'secret-tom' },
    'fyko+d2lbbFgONRv9qkxdawL',
  );
  await client.readLine();
  client.write(`AUTH SCRAM-SHA-256 ${encode(scram.firstMessage)}\r\n`);
  const final = await scram.respond(decode(await client.readLine()));
  if (!final.ok) throw new Error(final.error);
  client.write(`${encode(final.value)}\r\n`);
  expect(scram.isProvedBy(decode(await client.readLine()))).toBe(true);
  client.write('\r\n');
  expect(await client.readLine()).toBe('+OK 0 messages');
});

const encode = (text: string) => Buffer.from(text).toString('base64');
const decode = (line: string | null) => Buffer.from((line ?? '').slice(2), 'base64').toString();

describe('bad input', () => {
  test('a line that is too long ends the session', async () => {
    const office = new ReadingOffice();
    const client = office.connectPop3();
    client.write('x'.repeat(20_000));
    await client.play(`
      S: +OK <…>
      S: -ERR Line too long
    `);
    expect(await client.readLine()).toBeNull();
  });

  test('ten commands that are not POP3 end it too', async () => {
    const office = new ReadingOffice();
    const client = office.connectPop3();
    client.write('GET / HTTP/1.1\r\n'.repeat(10));
    await client.play(
      `S: +OK <…>\n${'S: -ERR Unknown command\n'.repeat(10)}S: -ERR Too many commands that are not POP3`,
    );
    expect(await client.readLine()).toBeNull();
  });

  test('any octets get -ERR or a closed connection, and the next client is served', async () => {
    const office = await officeWithMail();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.boolean(), async (octets, hasSignedIn) => {
        const client = hasSignedIn ? await signIn(office) : office.connectPop3();
        client.write(octets);
        await client.leave();
      }),
      { numRuns: 100 },
    );
    expect(await subjects(office)).toBe(2);
    await signIn(office);
  });
});

describe('the end', () => {
  test('comes with a word when nobody says anything', async () => {
    const office = new ReadingOffice();
    const client = office.connectPop3();
    await client.readLine();
    office.clock.advance(3 * 60_000);
    await client.play('S: -ERR Idle for too long');
    await client.leave();
    expect(office.transcripts.last.end).toBe('timeout');
  });

  test('comes for all sessions when the server stops', async () => {
    const office = await officeWithMail();
    const client = await signIn(office);
    expect(office.pop3.sessionCount).toBe(1);
    const closed = office.pop3.closeAll('The server is stopping');
    await client.play('S: -ERR [SYS/TEMP] The server is stopping');
    client.client.end();
    await closed;
    expect(office.pop3.sessionCount).toBe(0);
  });
});

test('dot-stuffing keeps any content apart from the end of the response', async () => {
  const line = fc.string({ unit: fc.constantFrom('.', '\r', '\n', '\r\n', 'x'), maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(line, async (body) => {
      const office = new ReadingOffice();
      const writer = office.receiver.begin();
      await writer.write(Buffer.from(`S: x\r\n\r\n${body}`));
      await office.store.deposit(TOM, 'INBOX', {
        prefix: '',
        content: await writer.finish(),
        flags: [],
        internalDate: 0,
        traceId: 't',
      });
      const client = await signIn(office);
      client.write('RETR 1\r\nNOOP\r\n');
      const lines: string[] = [];
      for (
        let each = await client.readLine();
        each !== '.' && each !== null;
        each = await client.readLine()
      ) {
        lines.push(each.startsWith('.') ? each.slice(1) : each);
      }
      await client.play('S: +OK Here');
      const normal = body.replace(/\r?\n/g, '\r\n');
      expect(`${lines.slice(3).join('\r\n')}${lines.length > 3 ? '\r\n' : ''}`).toBe(
        normal === '' || normal.endsWith('\r\n')
          ? normal
          : normal.endsWith('\r')
            ? `${normal}\n`
            : `${normal}\r\n`,
      );
    }),
    { numRuns: 100 },
  );
});
