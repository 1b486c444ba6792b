import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

/** Messages 1 to `count`, whose MODSEQs are 2 to `count` + 1. */
async function open(count = 3) {
  const office = new ReadingOffice();
  for (let i = 1; i <= count; i++) await office.arrive(`Subject: m${i}\n\nbody ${i}\n`);
  return { office, client: await office.openImap() };
}

describe('RFC 7162 §3.1 CONDSTORE', () => {
  test('is announced, and ENABLE tells the HIGHESTMODSEQ of a mailbox that is selected already', async () => {
    const { client } = await open();
    expect((await client.ask('CAPABILITY')).join()).toMatch(/ CONDSTORE /);
    await client.play(`
      C: a1 ENABLE CONDSTORE
      S: * ENABLED CONDSTORE
      S: * OK [HIGHESTMODSEQ 4] Highest
      S: a1 OK ENABLE completed
      C: a2 ENABLE CONDSTORE
      S: * ENABLED
      S: a2 OK ENABLE completed
    `);
  });

  test('§3.1.8 SELECT (CONDSTORE) makes FETCH responses that nobody asked for carry MODSEQ', async () => {
    const { office, client } = await open(2);
    const other = await office.openImap();
    await client.play(`
      C: A142 SELECT INBOX (CONDSTORE)
      S: * OK [CLOSED] <…>
      S: * FLAGS <…>
      S: * 2 EXISTS
      S: * 0 RECENT
      S: * OK [UNSEEN 1] <…>
      S: * OK [PERMANENTFLAGS <…>
      S: * OK [UIDVALIDITY <…>
      S: * OK [UIDNEXT 3] <…>
      S: * OK [HIGHESTMODSEQ 3] Highest
      S: * OK [MAILBOXID (id<…>)] Mailbox identifier
      S: A142 OK [READ-WRITE] Opened
    `);
    await other.ask('STORE 1 +FLAGS (\\Flagged)');
    await client.play(`
      C: A143 NOOP
      S: * 1 FETCH (FLAGS (\\Flagged) MODSEQ (4))
      S: A143 OK NOOP completed
    `);
    expect(await other.ask('NOOP')).toEqual([]);
    await client.ask('STORE 2 +FLAGS (\\Seen)');
    expect(await other.ask('NOOP')).toEqual(['* 2 FETCH (FLAGS (\\Seen))']);
  });

  test.each([['SELECT INBOX (CONDSTORE WRONG)'], ['SELECT INBOX ()'], ['FETCH 1 FLAGS (CHANGEDSINCE 0)']])(
    'answers %s with BAD',
    async (command) => {
      const { client } = await open(1);
      expect((await client.transact(command)).completion).toMatch(/^BAD Syntax error/);
    },
  );
});

describe('RFC 7162 §3.1.3 STORE (UNCHANGEDSINCE)', () => {
  test('sets flags of what has not changed, and answers with the new MODSEQ even when silent', async () => {
    const { client } = await open(3);
    await client.play(`
      C: a103 UID STORE 1,3 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\\Deleted)
      S: * OK [HIGHESTMODSEQ 4] Highest
      S: * 1 FETCH (UID 1 MODSEQ (5))
      S: * 3 FETCH (UID 3 MODSEQ (5))
      S: a103 OK STORE completed
      C: a104 STORE 2 (UNCHANGEDSINCE 4) +FLAGS (\\Deleted $Processed)
      S: * FLAGS <…> $Processed)
      S: * 2 FETCH (FLAGS (\\Deleted $Processed) MODSEQ (6))
      S: a104 OK STORE completed
      C: a105 STORE 2 +FLAGS.SILENT (\\Deleted)
      S: a105 OK STORE completed
    `);
  });

  test('leaves alone what has changed since, names it in MODIFIED, and tells what the client missed', async () => {
    const { office, client } = await open(4);
    const other = await office.openImap();
    await other.ask('STORE 2,4 +FLAGS (\\Seen)');
    await client.play(`
      C: d105 STORE 1:4 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\\Deleted)
      S: * OK [HIGHESTMODSEQ 5] Highest
      S: * 1 FETCH (UID 1 MODSEQ (7))
      S: * 3 FETCH (UID 3 MODSEQ (7))
      S: * 2 FETCH (FLAGS (\\Seen) MODSEQ (6))
      S: * 4 FETCH (FLAGS (\\Seen) MODSEQ (6))
      S: d105 OK [MODIFIED 2,4] Conditional STORE failed for some
      C: d106 UID STORE 2,4 (UNCHANGEDSINCE 5) FLAGS ()
      S: d106 OK [MODIFIED 2,4] Conditional STORE failed for some
    `);
  });

  test('(UNCHANGEDSINCE 0) never sets anything', async () => {
    const { client } = await open(1);
    await client.play(`
      C: a1 STORE 1 (UNCHANGEDSINCE 0) +FLAGS (\\Seen)
      S: * OK [HIGHESTMODSEQ 2] Highest
      S: a1 OK [MODIFIED 1] Conditional STORE failed for some
    `);
  });
});

test('a flag that another session has set is told even where a silent STORE has changed the message since', async () => {
  const { office, client } = await open(1);
  const other = await office.openImap();
  await other.ask('STORE 1 +FLAGS (\\Seen)');
  expect(await client.ask('STORE 1 +FLAGS.SILENT (\\Flagged)')).toEqual([
    '* 1 FETCH (FLAGS (\\Seen \\Flagged))',
  ]);
});

describe('RFC 7162 §3.1.4 FETCH', () => {
  test('(CHANGEDSINCE) answers what has changed, with its MODSEQ', async () => {
    const { client } = await open(4);
    await client.ask('STORE 2 +FLAGS (\\Seen)');
    await client.play(`
      C: s100 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4)
      S: * OK [HIGHESTMODSEQ 6] Highest
      S: * 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (6))
      S: * 4 FETCH (UID 4 FLAGS () MODSEQ (5))
      S: s100 OK FETCH completed
      C: s101 FETCH 1:* (FLAGS) (CHANGEDSINCE 18446744073709551615)
      S: s101 OK FETCH completed
      C: s102 FETCH 1:2 FLAGS
      S: * 1 FETCH (FLAGS ())
      S: * 2 FETCH (FLAGS (\\Seen))
      S: s102 OK FETCH completed
    `);
  });

  test('MODSEQ names it, and a FETCH that sets \\Seen tells the new one', async () => {
    const { client } = await open(2);
    await client.play(`
      C: a FETCH 1:2 (MODSEQ)
      S: * OK [HIGHESTMODSEQ 3] Highest
      S: * 1 FETCH (MODSEQ (2))
      S: * 2 FETCH (MODSEQ (3))
      S: a OK FETCH completed
      C: b FETCH 1:2 (BODY[TEXT]) (CHANGEDSINCE 2)
      S: * 2 FETCH (BODY[TEXT] {8}
      S: body 2
      S:  MODSEQ (4) FLAGS (\\Seen))
      S: b OK FETCH completed
      C: c FETCH 1:2 FLAGS
      S: * 1 FETCH (FLAGS ())
      S: * 2 FETCH (FLAGS (\\Seen))
      S: c OK FETCH completed
    `);
  });
});

describe('RFC 7162 §3.1.5 SEARCH MODSEQ', () => {
  test('finds what has changed at that MODSEQ or later and answers with the highest', async () => {
    const { client } = await open(4);
    await client.ask('STORE 1 +FLAGS (\\Draft)');
    await client.play(`
      C: a SEARCH MODSEQ "/flags/\\\\draft" all 5
      S: * OK [HIGHESTMODSEQ 6] Highest
      S: * SEARCH 1 4 (MODSEQ 6)
      S: a OK SEARCH completed
      C: t SEARCH OR NOT MODSEQ 6 LARGER 50000
      S: * SEARCH 2 3 4 (MODSEQ 5)
      S: t OK SEARCH completed
      C: b SEARCH MODSEQ 100
      S: * SEARCH
      S: b OK SEARCH completed
    `);
  });

  test('§3.1.10 with ESEARCH: MIN and MAX alone have the MODSEQ of what they name', async () => {
    const { client } = await open(4);
    await client.ask('STORE 2 +FLAGS (\\Draft)');
    await client.play(`
      C: a SEARCH RETURN (ALL) MODSEQ 4
      S: * OK [HIGHESTMODSEQ 6] Highest
      S: * ESEARCH (TAG "a") ALL 2:4 MODSEQ 6
      S: a OK SEARCH completed
      C: b SEARCH RETURN (MAX) MODSEQ 4
      S: * ESEARCH (TAG "b") MAX 4 MODSEQ 5
      S: b OK SEARCH completed
      C: c SEARCH RETURN (MIN MAX COUNT) MODSEQ 4
      S: * ESEARCH (TAG "c") MIN 2 MAX 4 COUNT 3 MODSEQ 6
      S: c OK SEARCH completed
      C: d SEARCH RETURN (COUNT) MODSEQ 40
      S: * ESEARCH (TAG "d") COUNT 0
      S: d OK SEARCH completed
    `);
  });
});

test('RFC 7162 §3.1.7 STATUS HIGHESTMODSEQ', async () => {
  const office = new ReadingOffice();
  const client = await office.openImap(null);
  await office.arrive('Subject: x\n\n');
  await client.play(`
    C: A042 STATUS INBOX (UIDNEXT MESSAGES HIGHESTMODSEQ)
    S: * STATUS INBOX (UIDNEXT 2 MESSAGES 1 HIGHESTMODSEQ 2)
    S: A042 OK STATUS completed
  `);
});
