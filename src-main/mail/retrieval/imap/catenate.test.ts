import { beforeEach, describe, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const BOUNDARY = '------------030308070208000400050907';
const HEADER = [
  'From: Bob Ar <bar@example.org>',
  'Subject: About our holiday trip',
  `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
  '',
  '',
];
const ORIGINAL = [
  ...HEADER,
  `--${BOUNDARY}`,
  'Content-Type: text/plain',
  '',
  'Our travel agent has sent the updated schedule.',
  `--${BOUNDARY}`,
  'Content-Type: application/x-zip-compressed',
  'Content-Transfer-Encoding: base64',
  '',
  'UEsDBA==',
  `--${BOUNDARY}--`,
  '',
].join('\n');
const ATTACHMENT = 'Content-Type: text/html\n\n<p>New</p>\n';

let office: ReadingOffice;
let client: DialogueClient;
let validity: string;

/** Drafts has the original as UID 1 and a new attachment as UID 2. */
beforeEach(async () => {
  office = new ReadingOffice();
  await office.arrive(ORIGINAL, { mailbox: 'Drafts' });
  await office.arrive(ATTACHMENT, { mailbox: 'Drafts' });
  client = await office.openImap('Drafts');
  const [status = ''] = await client.ask('STATUS Drafts (UIDVALIDITY)');
  validity = /UIDVALIDITY (\d+)/.exec(status)?.[1] ?? '';
});

async function read(uid: number, mailbox = 'Drafts'): Promise<string> {
  const found = await office.store.findMailbox(1, mailbox);
  const message = await office.store.openMessage(found?.id ?? 0, uid);
  return Buffer.from((await message?.readRange(0, message.sizeBytes)) ?? []).toString();
}

const crlf = (text: string): string => text.replaceAll('\n', '\r\n');

describe('RFC 4469 Appendix A', () => {
  test('example 1: an attachment is replaced without bringing the draft to the client and back', async () => {
    const between = `\r\n--${BOUNDARY}\r\n`;
    const end = `\r\n--${BOUNDARY}--\r\n`;
    const url = `/Drafts;UIDVALIDITY=${validity}/;UID=1/;section`;
    client.write(
      `A003 APPEND Drafts (\\Seen \\Draft $MDNSent) CATENATE (URL "${url}=HEADER" TEXT {${between.length}}\r\n`,
    );
    await client.play('S: + Ready for the literal');
    client.write(`${between} URL "${url}=1.MIME" URL "${url}=1" TEXT {${between.length}}\r\n`);
    await client.play('S: + Ready for the literal');
    client.write(`${between} URL "/Drafts;UIDVALIDITY=${validity}/;UID=2" TEXT {${end.length}}\r\n`);
    await client.play('S: + Ready for the literal');
    client.write(`${end})\r\n`);
    await client.play(`
      S: * 3 EXISTS
      S: * FLAGS <…>
      S: A003 OK [APPENDUID ${validity} 3] APPEND completed
      C: A004 FETCH 1,3 FLAGS
      S: * 1 FETCH (FLAGS ())
      S: * 3 FETCH (FLAGS (\\Seen \\Draft $MDNSent))
      S: A004 OK FETCH completed
    `);
    const text = 'Content-Type: text/plain\n\nOur travel agent has sent the updated schedule.';
    expect(await read(3)).toBe(
      crlf(HEADER.join('\n')) + between + crlf(text) + between + crlf(ATTACHMENT) + end,
    );
    const [structure] = await client.ask('FETCH 3 BODY');
    expect(structure).toContain('("text" "plain"');
    expect(structure).toContain('("text" "html"');
  });

  test('example 2: edited text is put before an attachment that stays, and the old draft marked', async () => {
    const text = `Subject: changed\r\n\r\n--${BOUNDARY}\r\n`;
    const end = `\r\n--${BOUNDARY}--\r\n`;
    const url = `/Drafts;UIDVALIDITY=${validity}/;UID=1/;Section`;
    client.write(
      `A003 APPEND Drafts (\\Seen) CATENATE (TEXT {${text.length}+}\r\n${text} URL "${url}=2.MIME" URL "${url}=2" TEXT {${end.length}+}\r\n${end})\r\n`,
    );
    await client.play(`
      S: * 3 EXISTS
      S: A003 OK [APPENDUID ${validity} 3] APPEND completed
      C: A004 UID STORE 1 +FLAGS.SILENT (\\Deleted)
      S: A004 OK STORE completed
    `);
    const zip = 'Content-Type: application/x-zip-compressed\nContent-Transfer-Encoding: base64\n\nUEsDBA==';
    expect(await read(3)).toBe(text + crlf(zip) + end);
  });

  test('example 3: an attachment is stripped, a few words stand in its place', async () => {
    const between = `\r\n--${BOUNDARY}\r\n`;
    const end = crlf(
      `\n--${BOUNDARY}\nContent-type: text/plain; charset="us-ascii"\n\nIt was deleted upon your request.\n--${BOUNDARY}--\n`,
    );
    const url = `/Drafts;UIDVALIDITY=${validity}/;UID=1/;section`;
    client.write(
      `A003 APPEND Drafts (\\Seen \\Draft) CATENATE (URL "${url}=HEADER" TEXT {${between.length}+}\r\n${between} URL "${url}=1.MIME" URL "${url}=1" TEXT {${end.length}+}\r\n${end})\r\n`,
    );
    await client.play('S: * 3 EXISTS\nS: A003 OK [APPENDUID <…> 3] APPEND completed');
    expect(await read(3)).not.toContain('UEsDBA==');
    expect((await client.ask('FETCH 3 BODY[2]'))[1]).toContain('It was deleted upon your request.');
  });

  test('example 4: a URL that names nothing costs the whole APPEND, before its octets are asked for', async () => {
    const url = `/Drafts;UIDVALIDITY=${validity}/;UID=113330/;section=1.5.9`;
    client.write('A003 APPEND Sent (\\Seen $MDNSent) CATENATE (TEXT {5+}\r\nhead\n');
    client.write(` URL "/Drafts;UIDVALIDITY=${validity}/;UID=2" URL "${url}" TEXT {42}\r\n`);
    await client.play(`
      S: A003 NO [BADURL "${url}"] This URL names nothing that can be appended
      C: A004 STATUS Sent (MESSAGES)
      S: * STATUS Sent (MESSAGES 0)
      S: A004 OK STATUS completed
    `);
    expect(office.spool.files.size).toBe(0);
  });
});

describe('RFC 4469 §3 URLs', () => {
  test('are relative to the mailbox that is selected, may be literals, and may name octets', async () => {
    await client.play(`
      C: A1 APPEND Sent CATENATE (URL ;UID=2/;SECTION=HEADER URL ";UID=2/;PARTIAL=27.10")
      S: A1 OK [APPENDUID <…> 1] APPEND completed
      C: A2 APPEND Sent CATENATE (URL {13}
      S: + Ready for the literal
      C: Drafts/;UID=2)
      S: A2 OK [APPENDUID <…> 2] APPEND completed
    `);
    expect(await read(1, 'Sent')).toBe('Content-Type: text/html\r\n\r\n<p>New</p>');
    expect(await read(2, 'Sent')).toBe(crlf(ATTACHMENT));
    const first = 'Subject: x\r\n\r\n';
    client.write(`A3 APPEND Sent CATENATE (TEXT {${first.length}}\r\n`);
    await client.play('S: + Ready for the literal');
    client.write(`${first} URL {25}\r\n`);
    await client.play('S: + Ready for the literal');
    client.write('/Drafts/;UID=2/;SECTION=1 URL {14+}\r\n/Drafts/;UID=2)\r\n');
    await client.play('S: A3 OK [APPENDUID <…> 3] APPEND completed');
    expect(await read(3, 'Sent')).toBe(`${first}<p>New</p>\r\n${crlf(ATTACHMENT)}`);
  });

  test.each([
    '/Drafts;UIDVALIDITY=1/;UID=2',
    '/Drafts/;UID=9',
    '/Nowhere/;UID=1',
    '/Drafts/;UID=2/;SECTION=7',
    '/Drafts',
    'imap://tom@server1.com/Drafts/;UID=2',
    'http://example.com/',
  ])('%s is BADURL', async (url) => {
    const { completion } = await client.transact(`APPEND Sent CATENATE (URL "${url}")`);
    expect(completion).toBe(`NO [BADURL "${url}"] This URL names nothing that can be appended`);
  });

  test('one that cannot stand in a response code is shown encoded', async () => {
    const { completion } = await client.transact('APPEND Sent CATENATE (URL {11+}\r\n/a]"\\b\r\n%é)');
    expect(completion).toMatch(/^NO \[BADURL "\/a%5D%22%5Cb%0D%0A%%C3%A9"\] /);
  });

  test('a mailbox of somebody else is none of ours', async () => {
    await office.store.createAccountMailboxes(2);
    await office.arrive('Subject: secret\n\n', { accountId: 2, mailbox: 'Archive' });
    expect((await client.transact('APPEND Sent CATENATE (URL "/Archive/;UID=1")')).completion).toMatch(
      /^NO \[BADURL /,
    );
  });
});

describe('with other extensions', () => {
  test('RFC 3502: messages of either kind in one APPEND, all or none', async () => {
    client.write(
      'A1 APPEND Sent (\\Seen) CATENATE (URL "/Drafts/;UID=2") (\\Flagged) {16+}\r\nSubject: two\r\n\r\n CATENATE (TEXT {13+}\r\nSubject: x\r\n\n URL "/Drafts/;UID=2")\r\n',
    );
    await client.play('S: A1 OK [APPENDUID <…> 1:3] APPEND completed');
    const { completion } = await client.transact(
      'APPEND Sent CATENATE (URL "/Drafts/;UID=2") CATENATE (URL "/Drafts/;UID=7")',
    );
    expect(completion).toMatch(/^NO \[BADURL /);
    expect(await client.ask('STATUS Sent (MESSAGES)')).toEqual(['* STATUS Sent (MESSAGES 3)']);
  });

  test('RFC 8508: REPLACE takes a message that is put together', async () => {
    await client.play(`
      C: A1 UID REPLACE 1 Drafts (\\Draft) CATENATE (URL "/Drafts/;UID=1/;SECTION=HEADER" URL "/Drafts/;UID=2/;SECTION=TEXT")
      S: * OK [APPENDUID <…> 3] Replacement
      S: * 1 EXPUNGE
      S: * 2 EXISTS
      S: A1 OK REPLACE completed
    `);
    expect(await read(3)).toBe(`${crlf(HEADER.join('\n'))}<p>New</p>\r\n`);
    expect((await client.transact('REPLACE 1 Drafts CATENATE (URL "a") CATENATE (URL "b")')).completion).toBe(
      'BAD REPLACE takes one message',
    );
  });

  test('RFC 6855 §4: UTF8 may stand for TEXT', async () => {
    const part = 'UTF8 (~{15+}\r\nSubject: é\r\n\r\n) URL "/Drafts/;UID=2/;SECTION=1")';
    client.write(`A1 APPEND Sent CATENATE (${part}\r\n`);
    await client.play('S: A1 BAD UTF8=ACCEPT is not enabled');
    await client.ask('ENABLE UTF8=ACCEPT');
    client.write(`A2 APPEND Sent CATENATE (${part}\r\n`);
    await client.play('S: A2 OK [APPENDUID <…> 1] APPEND completed');
    expect(await read(1, 'Sent')).toBe('Subject: é\r\n\r\n<p>New</p>\r\n');
  });
});

describe('limits and mishaps', () => {
  test('RFC 4469 §4.2: the sum of the parts may be too big, though none of them is', async () => {
    await office.arrive(`Subject: big\n\n${'x'.repeat(13 * 1024 * 1024)}\n`, { mailbox: 'Drafts' });
    await client.ask('NOOP');
    const { size } = office.spool.files;
    client.write('A1 APPEND Sent CATENATE (URL "/Drafts/;UID=3" TEXT {60000000}\r\n');
    await client.play('S: A1 NO [TOOBIG] The message is too large');
    expect(office.spool.files.size).toBe(size);
  });

  test('empty parts are well, an empty message is not', async () => {
    client.write('A1 APPEND Sent CATENATE (TEXT {0+}\r\n URL "/Drafts/;UID=2")\r\n');
    await client.play('S: A1 OK <…>');
    client.write('A2 APPEND Sent CATENATE (TEXT {0+}\r\n)\r\n');
    await client.play('S: A2 NO [CANNOT] <…>');
  });

  test('a part that was refused and comes all the same is skipped', async () => {
    client.write(
      'A1 APPEND Sent CATENATE (URL "/x" TEXT {3+}\r\nabc URL "/y" TEXT {4+}\r\nabcd)\r\nA2 NOOP\r\n',
    );
    await client.play(`
      S: A1 NO [BADURL "/x"] <…>
      S: A2 OK NOOP completed
    `);
  });

  test('NUL, and what is no part, are BAD', async () => {
    client.write(
      'A1 APPEND Sent CATENATE (TEXT {3+}\r\na\0b)\r\nA2 APPEND Sent CATENATE (TEXT {3+}\r\nabc FOO)\r\n',
    );
    await client.play(`
      S: A1 BAD A literal must not hold NUL
      S: A2 BAD Nothing but another part or message can follow here
    `);
  });

  test('a client that goes in the middle leaves nothing behind', async () => {
    client.write(`A1 APPEND Sent CATENATE (TEXT {400000+}\r\n${'x'.repeat(300_000)}`);
    await client.leave();
    expect(office.spool.files.size).toBe(0);
  });
});
