import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

async function open(count = 3) {
  const office = new ReadingOffice();
  for (let i = 1; i <= count; i++) await office.arrive(`Subject: m${i}\n\nbody ${i}\n`);
  return { office, client: await office.openImap() };
}

describe('RFC 9051 §6.4.6 STORE', () => {
  test('adds, removes, replaces, and stays silent when asked', async () => {
    const { client } = await open();
    await client.play(`
      C: a1 STORE 1:2 +FLAGS (\\Seen \\flagged)
      S: * 1 FETCH (FLAGS (\\Seen \\Flagged))
      S: * 2 FETCH (FLAGS (\\Seen \\Flagged))
      S: a1 OK STORE completed
      C: a2 STORE 2 -FLAGS \\Seen
      S: * 2 FETCH (FLAGS (\\Flagged))
      S: a2 OK STORE completed
      C: a3 UID STORE 3 FLAGS ($Work \\Draft)
      S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)
      S: * 3 FETCH (UID 3 FLAGS (\\Draft $Work))
      S: a3 OK STORE completed
      C: a4 STORE 1:3 FLAGS.SILENT ()
      S: a4 OK STORE completed
      C: a5 FETCH 1:3 FLAGS
      S: * 1 FETCH (FLAGS ())
      S: * 2 FETCH (FLAGS ())
      S: * 3 FETCH (FLAGS ())
      S: a5 OK FETCH completed
    `);
  });

  test('ignores \\Recent, refuses flags that cannot be stored, and keeps a keyword as it was spelled first', async () => {
    const { client } = await open(1);
    await client.play(`
      C: a1 STORE 1 +FLAGS (\\Recent $Label)
      S: * FLAGS <…> $Label)
      S: * 1 FETCH (FLAGS ($Label))
      S: a1 OK STORE completed
      C: a2 STORE 1 +FLAGS ($label)
      S: * 1 FETCH (FLAGS ($Label))
      S: a2 OK STORE completed
      C: a3 STORE 1 +FLAGS (\\Nonsense)
      S: a3 NO [CANNOT] \\Nonsense is no flag that can be set
      C: a4 STORE 1 +FLAGS
      S: a4 BAD Syntax error: <…>
      C: a5 STORE 9 +FLAGS (\\Seen)
      S: a5 BAD <…>
    `);
  });
});

describe('a message that a client fetches with PEEK and then marks \\Seen', () => {
  async function openOfficeWith(count: number) {
    const office = new ReadingOffice();
    for (let i = 1; i <= count; i++) await office.arrive(`Subject: m${i}\n\n`, { traceId: `trace-${i}` });
    return { office, client: await office.openImap() };
  }

  test('counts as read, once', async () => {
    const { office, client } = await openOfficeWith(2);
    await client.ask('FETCH 1 BODY.PEEK[]');
    expect(office.events).toEqual([]);
    await client.ask('STORE 1 +FLAGS (\\seen)');
    await client.ask('STORE 1 FLAGS (\\Seen \\Flagged)');
    expect(office.events).toMatchObject([{ type: 'read', by: 'imap', traceId: 'trace-1' }]);
  });

  test('does not when a heap of messages is marked at once, nor when \\Seen is taken away', async () => {
    const { office, client } = await openOfficeWith(4);
    await client.ask('STORE 1:4 +FLAGS (\\Seen)');
    await client.ask('STORE 1 -FLAGS (\\Seen)');
    expect(office.events).toEqual([]);
  });
});

describe('COPY and MOVE (RFC 6851)', () => {
  test('copy with flags and dates, and say where to', async () => {
    const { client } = await open();
    await client.ask('STORE 2 FLAGS (\\Seen $Work)');
    const [status = ''] = await client.ask('STATUS Archive (UIDVALIDITY)');
    const validity = /UIDVALIDITY (\d+)/.exec(status)?.[1];
    await client.play(`
      C: a1 COPY 1:2 Archive
      S: a1 OK [COPYUID ${validity} 1:2 1:2] COPY completed
      C: a2 UID COPY 99 Archive
      S: a2 OK No such messages
      C: a3 COPY 1 Nothing
      S: a3 NO [TRYCREATE] No such mailbox
      C: a4 UID MOVE 2:3 Archive
      S: * OK [COPYUID ${validity} 2:3 3:4] Moved
      S: * 3 EXPUNGE
      S: * 2 EXPUNGE
      S: a4 OK MOVE completed
      C: a5 MOVE 1 INBOX
      S: * OK [COPYUID <…> 1 4] Moved
      S: * 1 EXPUNGE
      S: * 1 EXISTS
      S: a5 OK MOVE completed
      C: a6 SELECT Archive
      S: * OK [CLOSED] <…>
      S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)
      S: * 4 EXISTS
      S: * 0 RECENT
      S: * OK [UNSEEN 1] <…>
      S: * OK [PERMANENTFLAGS <…>
      S: * OK [UIDVALIDITY <…>
      S: * OK [UIDNEXT 5] <…>
      S: * OK [HIGHESTMODSEQ <…>] Highest
      S: * OK [MAILBOXID (id<…>)] Mailbox identifier
      S: a6 OK [READ-WRITE] Opened
      C: a7 FETCH 3 FLAGS
      S: * 3 FETCH (FLAGS (\\Seen $Work))
      S: a7 OK FETCH completed
    `);
  });

  test('a full account takes no copies, but lets messages be moved', async () => {
    const office = new ReadingOffice({ quotaBytesOf: () => 30 });
    await office.arrive('Subject: x\n\nbody\n');
    const client = await office.openImap();
    expect((await client.transact('COPY 1 Archive')).completion).toMatch(/^NO \[OVERQUOTA\]/);
    expect((await client.transact('MOVE 1 Archive')).completion).toMatch(/^OK /);
  });
});

describe('EXPUNGE and UID EXPUNGE (RFC 4315 §2.1)', () => {
  test('removes what is \\Deleted; UID EXPUNGE only of the UIDs given', async () => {
    const { client } = await open(4);
    await client.ask('STORE 1,3,4 +FLAGS (\\Deleted)');
    await client.play(`
      C: a1 UID EXPUNGE 4,2
      S: * 4 EXPUNGE
      S: a1 OK EXPUNGE completed
      C: a2 EXPUNGE
      S: * 3 EXPUNGE
      S: * 1 EXPUNGE
      S: a2 OK EXPUNGE completed
      C: a3 UID SEARCH ALL
      S: * SEARCH 2
      S: a3 OK SEARCH completed
      C: a4 EXPUNGE
      S: a4 OK EXPUNGE completed
    `);
  });

  test('is refused in a mailbox open to read only', async () => {
    const { client } = await open(1);
    await client.ask('EXAMINE INBOX');
    expect((await client.transact('EXPUNGE')).completion).toMatch(/^NO \[READ-ONLY\]/);
    expect((await client.transact('MOVE 1 Archive')).completion).toMatch(/^NO \[READ-ONLY\]/);
    await client.ask('COPY 1 Archive');
  });
});
