import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const FIRST =
  'Date: Mon, 7 Feb 1994 21:52:25 -0800 (PST)\r\nFrom: Fred Foobar <foobar@Blurdybloop.COM>\r\n\r\nHello\r\n';
const SECOND =
  'Date: Mon, 7 Feb 1994 22:43:04 -0800 (PST)\r\nFrom: Joe Mooch <mooch@OWaTaGu.siam.EDU>\r\n\r\nHi\r\n';

describe('RFC 3502 MULTIAPPEND', () => {
  test('appends several messages with flags and dates of their own', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap();
    await client.play(`
      C: A003 APPEND INBOX (\\Seen) {${FIRST.length}}
      S: + Ready for the literal
    `);
    client.write(`${FIRST} (\\Flagged) " 7-Feb-1994 22:43:04 -0800" {${SECOND.length}+}\r\n${SECOND}\r\n`);
    await client.play(`
      S: * 2 EXISTS
      S: A003 OK [APPENDUID <…> 1:2] APPEND completed
      C: A004 FETCH 1:2 (FLAGS RFC822.SIZE)
      S: * 1 FETCH (FLAGS (\\Seen) RFC822.SIZE ${FIRST.length})
      S: * 2 FETCH (FLAGS (\\Flagged) RFC822.SIZE ${SECOND.length})
      S: A004 OK FETCH completed
      C: A005 FETCH 2 INTERNALDATE
      S: * 2 FETCH (INTERNALDATE " 8-Feb-1994 06:43:04 +0000")
      S: A005 OK FETCH completed
    `);
  });

  test.each([
    ['the second has flags that cannot be', '(\\Nonsense) {3}', 'A1 NO [CANNOT] <…>'],
    ['the second is too large', '{99999999999}', 'A1 NO [TOOBIG] <…>'],
    ['the client calls it off with an empty message', '{0}', 'A1 NO [CANNOT] <…>'],
    ['something else follows', 'nonsense', 'A1 BAD <…>'],
    ['the second holds NUL', '{3+}\r\na\0b', 'A1 BAD <…>'],
    [
      'the second is refused, and a third comes unasked',
      '(\\X) {3+}\r\nabc {4+}\r\nabcd',
      'A1 NO [CANNOT] <…>',
    ],
  ])('appends nothing where %s', async (_why, second, completion) => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    const large = `Subject: x\r\n\r\n${'x'.repeat(200_000)}`;
    client.write(`A1 APPEND INBOX {${large.length}+}\r\n${large} ${second}\r\n`);
    await client.play(`
      S: ${completion}
      C: A2 STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 0)
      S: A2 OK STATUS completed
    `);
    expect(office.spool.files.size).toBe(0);
  });

  test('over the quota takes none of them', async () => {
    const office = new ReadingOffice({ quotaBytesOf: () => FIRST.length + 10 });
    const client = await office.openImap(null);
    client.write(`A1 APPEND INBOX {${FIRST.length}+}\r\n${FIRST} {${SECOND.length}+}\r\n${SECOND}\r\n`);
    await client.play('S: A1 NO [OVERQUOTA] The account is full');
    expect(await client.ask('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS INBOX (MESSAGES 0)']);
  });
});

describe('RFC 8508 REPLACE', () => {
  async function openDrafts(options: { quotaBytesOf?: () => number } = {}) {
    const office = new ReadingOffice(options);
    for (let i = 1; i <= 3; i++) await office.arrive(`Subject: m${i}\n\nold\n`, { mailbox: 'Drafts' });
    return { office, client: await office.openImap('Drafts') };
  }

  test('§3.5 puts a new message where the old one was, in one go', async () => {
    const { client } = await openDrafts();
    await client.play(`
      C: A003 REPLACE 2 Drafts (\\Seen \\Draft) {${FIRST.length}}
      S: + Ready for the literal
    `);
    client.write(`${FIRST}\r\n`);
    await client.play(`
      S: * OK [APPENDUID <…> 4] Replacement
      S: * 2 EXPUNGE
      S: * 3 EXISTS
      S: A003 OK REPLACE completed
      C: A004 UID SEARCH ALL
      S: * SEARCH 1 3 4
      S: A004 OK SEARCH completed
    `);
  });

  test('UID REPLACE into another mailbox, with QRESYNC', async () => {
    const { client } = await openDrafts();
    await client.ask('ENABLE QRESYNC');
    client.write(`B1 UID REPLACE 3 INBOX {${FIRST.length}+}\r\n${FIRST}\r\n`);
    await client.play(`
      S: * OK [APPENDUID <…> 1] Replacement
      S: * VANISHED 3
      S: B1 OK [HIGHESTMODSEQ 5] REPLACE completed
    `);
  });

  test('leaves the old message where anything fails', async () => {
    const { client } = await openDrafts();
    await client.play(`
      C: a1 REPLACE 1:2 Drafts {3}
      S: a1 BAD REPLACE takes one message number
      C: a2 UID REPLACE 9 Drafts {3}
      S: a2 NO [NONEXISTENT] No such message
      C: a3 REPLACE 1 Nowhere {3}
      S: a3 NO [TRYCREATE] No such mailbox
      C: a4 REPLACE 1 Drafts (\\Nonsense) {3}
      S: a4 NO [CANNOT] <…>
    `);
    client.write('a5 REPLACE 1 Drafts {3+}\r\nabc {3+}\r\nabc\r\na6 REPLACE 1 Nowhere {3+}\r\nabc\r\n');
    await client.play(`
      S: a5 BAD REPLACE takes one message
      S: a6 NO [TRYCREATE] No such mailbox
      C: a7 UID SEARCH ALL
      S: * SEARCH 1 2 3
      S: a7 OK SEARCH completed
    `);
    await client.ask('EXAMINE Drafts');
    expect((await client.transact('REPLACE 1 Drafts {3}')).completion).toMatch(/^NO \[READ-ONLY\]/);
  });

  test('a message that another session has expunged is not replaced', async () => {
    const { office, client } = await openDrafts();
    const other = await office.openImap('Drafts');
    await other.ask('STORE 1 +FLAGS (\\Deleted)');
    await other.ask('EXPUNGE');
    client.write('a1 REPLACE 1 Drafts {3+}\r\nabc\r\n');
    await client.play(`
      S: * 1 EXPUNGE
      S: a1 NO [EXPUNGEISSUED] The message is gone
    `);
  });

  test('a full account can replace a message by one of its size', async () => {
    const { client } = await openDrafts({ quotaBytesOf: () => 61 });
    const same = 'Subject: x1\r\n\r\nold\r\n';
    client.write(
      `a1 REPLACE 1 Drafts {${same.length}+}\r\n${same}\r\na2 REPLACE 1 Drafts {${FIRST.length}+}\r\n${FIRST}\r\n`,
    );
    await client.play(`
      S: * OK [APPENDUID <…> 4] Replacement
      S: * 1 EXPUNGE
      S: * 3 EXISTS
      S: a1 OK REPLACE completed
      S: a2 NO [OVERQUOTA] The account is full
    `);
  });
});
