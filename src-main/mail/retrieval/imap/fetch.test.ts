import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const SIMPLE = [
  'From: "Anna" <anna@server1.com>',
  'To: tom@server1.com',
  'Subject: hello',
  'Message-ID: <1@server1.com>',
  'Date: Mon, 5 Jan 2026 10:00:00 +0100',
  '',
  'first line',
  'second line',
  '',
].join('\n');

/** The tree of RFC 9051 §6.4.5's example of part numbers, shortened. */
const MIXED = [
  'Subject: tree',
  'Content-Type: multipart/mixed; boundary=top',
  '',
  'prologue',
  '--top',
  '',
  'one',
  '--top',
  'Content-Type: application/octet-stream; name="x.bin"',
  'Content-Transfer-Encoding: base64',
  'Content-Disposition: attachment; filename="x.bin"',
  '',
  'AAEC',
  '--top',
  'Content-Type: message/rfc822',
  '',
  'From: inner@server1.com',
  'Subject: inner',
  'Content-Type: multipart/alternative; boundary=sub',
  '',
  '--sub',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Gr=C3=BC=C3=9Fe',
  '--sub',
  'Content-Type: text/html',
  '',
  '<p>Hi</p>',
  '--sub--',
  '--top--',
  '',
].join('\n');

async function open(text: string, mailbox = 'INBOX') {
  const office = new ReadingOffice();
  await office.arrive(text, { traceId: 'trace-1' });
  return { office, client: await office.openImap(mailbox) };
}

describe('FETCH of what the entry and the index know', () => {
  test('answers the macros and single items', async () => {
    const { client } = await open(SIMPLE);
    const envelope =
      '("Mon, 5 Jan 2026 10:00:00 +0100" "hello" (("Anna" NIL "anna" "server1.com")) (("Anna" NIL "anna" "server1.com"))' +
      ' (("Anna" NIL "anna" "server1.com")) ((NIL NIL "tom" "server1.com")) NIL NIL NIL "<1@server1.com>")';
    const fast = 'FLAGS () INTERNALDATE " 5-Jan-2026 12:00:00 +0000" RFC822.SIZE 164';
    const body = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 25 2';
    expect(await client.ask('FETCH 1 FAST')).toEqual([`* 1 FETCH (${fast})`]);
    expect(await client.ask('FETCH 1 ALL')).toEqual([`* 1 FETCH (${fast} ENVELOPE ${envelope})`]);
    expect(await client.ask('FETCH 1 FULL')).toEqual([
      `* 1 FETCH (${fast} ENVELOPE ${envelope} BODY ${body}))`,
    ]);
    expect(await client.ask('FETCH 1 BODYSTRUCTURE')).toEqual([
      `* 1 FETCH (BODYSTRUCTURE ${body} NIL NIL NIL NIL))`,
    ]);
    expect(await client.ask('UID FETCH 1 (FLAGS UID)')).toEqual(['* 1 FETCH (FLAGS () UID 1)']);
    expect(await client.ask('UID FETCH 1 FLAGS')).toEqual(['* 1 FETCH (UID 1 FLAGS ())']);
  });

  test('answers BODYSTRUCTURE of a tree with its extension data', async () => {
    const { client } = await open(MIXED);
    expect(await client.ask('FETCH 1 BODYSTRUCTURE')).toEqual([
      '* 1 FETCH (BODYSTRUCTURE (("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 0 NIL NIL NIL NIL)' +
        '("application" "octet-stream" ("name" "x.bin") NIL NIL "base64" 4 NIL ("attachment" ("filename" "x.bin")) NIL NIL)' +
        '("message" "rfc822" NIL NIL NIL "7bit" 258 (NIL "inner" ((NIL NIL "inner" "server1.com"))' +
        ' ((NIL NIL "inner" "server1.com")) ((NIL NIL "inner" "server1.com")) NIL NIL NIL NIL NIL)' +
        ' (("text" "plain" ("charset" "utf-8") NIL NIL "quoted-printable" 15 0 NIL NIL NIL NIL)' +
        '("text" "html" NIL NIL NIL "7bit" 9 0 NIL NIL NIL NIL) "alternative" ("boundary" "sub") NIL NIL NIL) 13' +
        ' NIL NIL NIL NIL) "mixed" ("boundary" "top") NIL NIL NIL))',
    ]);
  });

  test('numbers that are too great are BAD; 1:* of an empty mailbox and unknown UIDs are nothing', async () => {
    const { client } = await open(SIMPLE);
    expect((await client.transact('FETCH 2 FLAGS')).completion).toMatch(/^BAD /);
    expect((await client.transact('FETCH 1:2 FLAGS')).completion).toMatch(/^BAD /);
    expect(await client.ask('FETCH 2:* FLAGS')).toEqual(['* 1 FETCH (FLAGS ())']);
    expect(await client.ask('UID FETCH 7 FLAGS')).toEqual([]);
    expect(await client.ask('UID FETCH 7:* FLAGS')).toEqual(['* 1 FETCH (UID 1 FLAGS ())']);
    await client.ask('SELECT Drafts');
    expect(await client.ask('FETCH 1:* FLAGS')).toEqual([]);
    expect((await client.transact('FETCH 1 FLAGS')).completion).toMatch(/^BAD /);
    expect(await client.ask('UID FETCH 1:* FLAGS')).toEqual([]);
  });
});

describe('FETCH of octets', () => {
  test('sets \\Seen and tells it, and the timeline hears of the first reading', async () => {
    const { office, client } = await open(SIMPLE);
    await client.play(`
      C: a1 FETCH 1 BODY.PEEK[TEXT]
      S: * 1 FETCH (BODY[TEXT] {25}
      S: first line
      S: second line
      S: )
      S: a1 OK FETCH completed
      C: a2 FETCH 1 (FLAGS BODY[HEADER.FIELDS (Subject DATE)])
      S: * 1 FETCH (FLAGS (\\Seen) BODY[HEADER.FIELDS (Subject DATE)] {56}
      S: Subject: hello
      S: Date: Mon, 5 Jan 2026 10:00:00 +0100
      S:
      S: )
      S: a2 OK FETCH completed
      C: a3 FETCH 1 RFC822.TEXT
      S: * 1 FETCH (RFC822.TEXT {25}
      S: first line
      S: second line
      S: )
      S: a3 OK FETCH completed
    `);
    expect(office.events).toEqual([
      {
        type: 'read',
        by: 'imap',
        traceId: 'trace-1',
        at: office.clock.now(),
        account: 'tom@server1.com',
        mailbox: 'INBOX',
        sessionId: 'session-1',
      },
    ]);
    expect(office.transcripts.last.lines.join('\n')).not.toContain('first line');
  });

  test('of a mailbox open to read only does not', async () => {
    const { office, client } = await open(SIMPLE);
    await client.ask('EXAMINE INBOX');
    await client.ask('FETCH 1 BODY[]');
    expect(await client.ask('FETCH 1 FLAGS')).toEqual(['* 1 FETCH (FLAGS ())']);
    expect(office.events).toEqual([]);
  });

  test('takes partials, also beyond the end', async () => {
    const { client } = await open(SIMPLE);
    await client.play(`
      C: a1 FETCH 1 (BODY.PEEK[TEXT]<6.4> BODY.PEEK[TEXT]<100.4> BODY.PEEK[TEXT]<17.100>)
      S: * 1 FETCH (BODY[TEXT]<6> {4}
      S: line BODY[TEXT]<100> "" BODY[TEXT]<17> {8}
      S: d line
      S: )
      S: a1 OK FETCH completed
    `);
  });

  test.each([
    ['BODY.PEEK[1]', 'one'],
    ['BODY.PEEK[1.MIME]', '\r\n'],
    ['BODY.PEEK[2]', 'AAEC'],
    [
      'BODY.PEEK[2.MIME]',
      'Content-Type: application/octet-stream; name="x.bin"\r\nContent-Transfer-Encoding: base64\r\n' +
        'Content-Disposition: attachment; filename="x.bin"\r\n\r\n',
    ],
    ['BODY.PEEK[3.HEADER.FIELDS (subject)]', 'Subject: inner\r\n\r\n'],
    [
      'BODY.PEEK[3.HEADER.FIELDS.NOT (subject)]',
      'From: inner@server1.com\r\nContent-Type: multipart/alternative; boundary=sub\r\n\r\n',
    ],
    ['BODY.PEEK[3.1]', 'Gr=C3=BC=C3=9Fe'],
    ['BODY.PEEK[3.2]', '<p>Hi</p>'],
    ['BODY.PEEK[3.2.MIME]', 'Content-Type: text/html\r\n\r\n'],
    ['BODY.PEEK[HEADER]', 'Subject: tree\r\nContent-Type: multipart/mixed; boundary=top\r\n\r\n'],
    ['BINARY.PEEK[3.1]', 'Grüße'],
  ])('%s is the right octets', async (item, octets) => {
    const { client } = await open(MIXED);
    const label = item.replace('.PEEK', '');
    const lines = await client.ask(`FETCH 1 ${item}`);
    const answer = `* 1 FETCH (${label} {${Buffer.byteLength(octets)}}\r\n${octets})`;
    expect(lines.join('\r\n')).toBe(answer);
  });

  test('a section that does not exist is NIL', async () => {
    const { client } = await open(MIXED);
    const items = [
      'BODY.PEEK[4]',
      'BODY.PEEK[1.1]',
      'BODY.PEEK[1.HEADER]',
      'BODY.PEEK[3.1.TEXT]',
      'BODY.PEEK[3.9.MIME]',
    ];
    expect(await client.ask(`FETCH 1 (${items.join(' ')})`)).toEqual([
      `* 1 FETCH (${items.map((item) => `${item.replace('.PEEK', '')} NIL`).join(' ')})`,
    ]);
  });

  test('BINARY (RFC 3516) decodes, literal8 carries NUL, and BINARY.SIZE counts what is decoded', async () => {
    const { client } = await open(MIXED);
    await client.play(`
      C: a1 FETCH 1 (BINARY.SIZE[2] BINARY.SIZE[3.1] BINARY.PEEK[2])
      S: * 1 FETCH (BINARY.SIZE[2] 3 BINARY.SIZE[3.1] 7 BINARY[2] ~{3}
      S: \u0000\u0001\u0002)
      S: a1 OK FETCH completed
    `);
    const odd = await open('Content-Transfer-Encoding: x-odd\n\ntext\n');
    expect((await odd.client.transact('FETCH 1 BINARY[1]')).completion).toMatch(/^NO \[UNKNOWN-CTE\]/);
  });

  test('a part of a megabyte comes whole, in pieces', async () => {
    const line = `${'x'.repeat(70)}\n`;
    const { client } = await open(`Subject: big\n\n${line.repeat(15_000)}`);
    const lines = await client.ask('FETCH 1 BODY.PEEK[TEXT]');
    expect(lines).toHaveLength(15_002);
    expect(lines[0]).toBe('* 1 FETCH (BODY[TEXT] {1080000}');
  });

  test.each([
    'FETCH 1 BODY[MIME]',
    'FETCH 1 BODY[0]',
    'FETCH 1 BODY[1',
    'FETCH 1 BODY[]<1.0>',
    'FETCH 1 BODY[HEADER.FIELDS ()]',
    'FETCH 1 NONSENSE',
    'FETCH 1 (FLAGS',
    'FETCH 1 ()',
    'FETCH 0 FLAGS',
    'FETCH 1:0 FLAGS',
    'FETCH 1, FLAGS',
    'FETCH a FLAGS',
    'FETCH 1',
  ])('%s is BAD', async (command) => {
    const { client } = await open(SIMPLE);
    expect((await client.transact(command)).completion).toMatch(/^BAD /);
  });
});

test('header data beyond ASCII comes as a literal, and as a quoted string once IMAP4rev2 is enabled', async () => {
  const { client } = await open('Subject: Grüße\nContent-Disposition: inline; filename="ü.txt"\n\nx');
  await client.play(`
    C: a1 FETCH 1 ENVELOPE
    S: * 1 FETCH (ENVELOPE (NIL {7}
    S: Grüße NIL NIL NIL NIL NIL NIL NIL NIL))
    S: a1 OK FETCH completed
    C: a2 FETCH 1 BODYSTRUCTURE
    S: * 1 FETCH (BODYSTRUCTURE (<…> ("inline" ("filename*" "utf-8''%C3%BC.txt")) NIL NIL))
    S: a2 OK FETCH completed
    C: a3 ENABLE IMAP4rev2
    S: * ENABLED IMAP4rev2
    S: a3 OK ENABLE completed
    C: a4 FETCH 1 ENVELOPE
    S: * 1 FETCH (ENVELOPE (NIL "Grüße" NIL NIL NIL NIL NIL NIL NIL NIL))
    S: a4 OK FETCH completed
    C: a5 FETCH 1 BODYSTRUCTURE
    S: * 1 FETCH (BODYSTRUCTURE (<…> ("inline" ("filename" "ü.txt")) NIL NIL))
    S: a5 OK FETCH completed
  `);
});

test('fields that delivery put in front of a message belong to it', async () => {
  const office = new ReadingOffice();
  await office.arrive(MIXED, { prefix: 'Return-Path: <anna@server1.com>\r\n' });
  const client = await office.openImap();
  await client.play(`
    C: a1 FETCH 1 (BODY.PEEK[HEADER.FIELDS (Return-Path)] BODY.PEEK[1])
    S: * 1 FETCH (BODY[HEADER.FIELDS (Return-Path)] {35}
    S: Return-Path: <anna@server1.com>
    S:
    S:  BODY[1] {3}
    S: one)
    S: a1 OK FETCH completed
  `);
});
