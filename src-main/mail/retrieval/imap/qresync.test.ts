import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';

/** Messages 1 to `count`, whose MODSEQs are 2 to `count` + 1. */
async function open(count = 4) {
  const office = new ReadingOffice();
  for (let i = 1; i <= count; i++) await office.arrive(`Subject: m${i}\n\nbody ${i}\n`);
  return { office, client: await openQresync(office), other: await office.openImap() };
}

async function openQresync(office: ReadingOffice, mailbox: string | null = 'INBOX'): Promise<DialogueClient> {
  const client = await office.openImap(null);
  await client.ask('ENABLE QRESYNC');
  if (mailbox !== null) await client.ask(`SELECT ${mailbox}`);
  return client;
}

async function uidValidityOf(client: DialogueClient): Promise<string> {
  const [status = ''] = await client.ask('STATUS INBOX (UIDVALIDITY)');
  return /UIDVALIDITY (\d+)/.exec(status)?.[1] ?? '';
}

describe('RFC 7162 §3.2.3 ENABLE QRESYNC', () => {
  test('brings CONDSTORE with it', async () => {
    const office = new ReadingOffice();
    await office.arrive('Subject: x\n\n');
    const client = await office.openImap();
    await client.play(`
      C: a1 ENABLE QRESYNC CONDSTORE
      S: * ENABLED CONDSTORE QRESYNC
      S: * OK [HIGHESTMODSEQ 2] Highest
      S: a1 OK ENABLE completed
      C: a2 STORE 1 +FLAGS (\\Seen)
      S: * 1 FETCH (UID 1 FLAGS (\\Seen) MODSEQ (3))
      S: a2 OK STORE completed
    `);
  });

  test('without it, QRESYNC and VANISHED are BAD', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap();
    await client.play(`
      C: a1 SELECT INBOX (QRESYNC (1 1))
      S: a1 BAD QRESYNC is not enabled
      C: a2 UID FETCH 1:* FLAGS (CHANGEDSINCE 1 VANISHED)
      S: a2 BAD VANISHED needs UID FETCH and ENABLE QRESYNC
      C: a3 ENABLE QRESYNC
      S: * ENABLED QRESYNC
      S: <…>HIGHESTMODSEQ<…>
      S: a3 OK <…>
      C: a4 FETCH 1:* FLAGS (CHANGEDSINCE 1 VANISHED)
      S: a4 BAD VANISHED needs UID FETCH and ENABLE QRESYNC
      C: a5 UID FETCH 1:* FLAGS (VANISHED)
      S: a5 BAD Syntax error: <…>
    `);
  });
});

describe('RFC 7162 §3.2.5 SELECT (QRESYNC …)', () => {
  async function changed() {
    const { office, other } = await open(6);
    const client = await openQresync(office, null);
    const validity = await uidValidityOf(client);
    await other.ask('STORE 2,4 +FLAGS (\\Deleted)');
    await other.ask('EXPUNGE');
    await other.ask('STORE 3 +FLAGS (\\Seen)');
    await office.arrive('Subject: new\n\n');
    return { office, client, validity };
  }

  test('tells what has vanished, then what has changed', async () => {
    const { client, validity } = await changed();
    await client.play(`
      C: A02 SELECT INBOX (QRESYNC (${validity} 7 1:6))
      S: * FLAGS <…>
      S: * 5 EXISTS
      S: * 0 RECENT
      S: * OK [UNSEEN 1] <…>
      S: * OK [PERMANENTFLAGS <…>
      S: * OK [UIDVALIDITY ${validity}] <…>
      S: * OK [UIDNEXT 8] <…>
      S: * OK [HIGHESTMODSEQ 11] Highest
      S: * OK [MAILBOXID (id<…>)] Mailbox identifier
      S: * VANISHED (EARLIER) 2,4
      S: * 3 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (10))
      S: A02 OK [READ-WRITE] Opened
    `);
  });

  test('without known UIDs means all; the sequence match data may stand in either case', async () => {
    const { client, validity } = await changed();
    const tail = [
      '* VANISHED (EARLIER) 2,4',
      '* 3 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (10))',
      '* 5 FETCH (UID 7 FLAGS () MODSEQ (11))',
    ];
    expect((await client.ask(`SELECT INBOX (QRESYNC (${validity} 7))`)).slice(-3)).toEqual(tail);
    expect((await client.ask(`EXAMINE INBOX (QRESYNC (${validity} 7 (1,3 1,5)))`)).slice(-3)).toEqual(tail);
    const some = await client.ask(`SELECT INBOX (CONDSTORE QRESYNC (${validity} 7 1:3,8:20 (1,3 1,5)))`);
    expect(some.at(-1)).toBe('* VANISHED (EARLIER) 2');
  });

  test('with another UIDVALIDITY is a plain SELECT', async () => {
    const { client } = await changed();
    expect((await client.ask('SELECT INBOX (QRESYNC (67890007 7 1:6))')).at(-2)).toMatch(/HIGHESTMODSEQ 11/);
  });

  test('closes the mailbox that was selected with [CLOSED] first', async () => {
    const { client, validity } = await changed();
    await client.ask('SELECT Archive');
    expect((await client.ask(`SELECT INBOX (QRESYNC (${validity} 11))`))[0]).toMatch(/^\* OK \[CLOSED\]/);
  });

  test.each([
    '(QRESYNC)',
    '(QRESYNC (1))',
    '(QRESYNC (1 0))',
    '(QRESYNC (1 1 1:*))',
    '(QRESYNC (1 1 (1 1)',
    '(QRESYNC (1 1 (1)))',
  ])('%s is a syntax error', async (parameter) => {
    const { client } = await open(0);
    expect((await client.transact(`SELECT INBOX ${parameter}`)).completion).toMatch(/^BAD Syntax/);
  });
});

describe('RFC 7162 §3.2.6 UID FETCH (CHANGEDSINCE … VANISHED)', () => {
  test('tells what was expunged of the set, before the FETCH responses', async () => {
    const { client, other } = await open(4);
    await client.ask('STORE 1,3 +FLAGS.SILENT (\\Deleted)');
    await client.ask('EXPUNGE');
    await other.ask('STORE 2 +FLAGS (\\Answered)');
    await client.play(`
      C: s100 UID FETCH 1:2,300:500 (FLAGS) (CHANGEDSINCE 3 VANISHED)
      S: * VANISHED (EARLIER) 1
      S: * 1 FETCH (UID 2 FLAGS (\\Answered) MODSEQ (8))
      S: * 1 FETCH (UID 2 FLAGS (\\Answered) MODSEQ (8))
      S: s100 OK FETCH completed
    `);
  });

  test('a message that the client still has a number for goes with a VANISHED of its own', async () => {
    const { client, other } = await open(2);
    await other.ask('STORE 1 +FLAGS (\\Deleted)');
    await other.ask('EXPUNGE');
    await client.play(`
      C: s100 UID FETCH 1:* (FLAGS) (CHANGEDSINCE 3 VANISHED)
      S: * VANISHED 1
      S: s100 OK FETCH completed
    `);
  });
});

describe('RFC 7162 §3.2.10 VANISHED', () => {
  test('§3.2.7 takes the place of EXPUNGE, and the completion tells the HIGHESTMODSEQ', async () => {
    const { client, other } = await open(5);
    await client.ask('STORE 2:3,5 +FLAGS.SILENT (\\Deleted)');
    await client.play(`
      C: A202 UID EXPUNGE 2:4
      S: * VANISHED 2:3
      S: A202 OK [HIGHESTMODSEQ 8] EXPUNGE completed
      C: A203 EXPUNGE
      S: * VANISHED 5
      S: A203 OK [HIGHESTMODSEQ 9] EXPUNGE completed
      C: A204 EXPUNGE
      S: A204 OK EXPUNGE completed
      C: A205 MOVE 2 Archive
      S: * OK [COPYUID <…> 4 1] Moved
      S: * VANISHED 4
      S: A205 OK [HIGHESTMODSEQ 10] MOVE completed
    `);
    await other.play(`
      C: b1 NOOP
      S: * 5 EXPUNGE
      S: * 4 EXPUNGE
      S: * 3 EXPUNGE
      S: * 2 EXPUNGE
      S: b1 OK NOOP completed
    `);
  });

  test('never comes while FETCH, STORE or SEARCH is answered, and comes while idling', async () => {
    const { client, other } = await open(3);
    await other.ask('STORE 1 +FLAGS (\\Deleted)');
    await other.ask('EXPUNGE');
    await client.play(`
      C: a1 FETCH 2 UID
      S: * 2 FETCH (UID 2)
      S: a1 OK FETCH completed
      C: a2 IDLE
      S: + idling
      S: * VANISHED 1
    `);
    await other.ask('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await client.play('S: * 1 FETCH (UID 2 FLAGS (\\Deleted) MODSEQ (7))');
    await other.ask('EXPUNGE');
    await client.play(`
      S: * VANISHED 2
      C: DONE
      S: a2 OK IDLE completed
    `);
  });
});

describe('RFC 7162 §3.2.8 CLOSE', () => {
  test('tells the HIGHESTMODSEQ where the client knows everything up to it', async () => {
    const { client } = await open(3);
    await client.play(`
      C: a1 STORE 2 +FLAGS.SILENT (\\Deleted)
      S: * 2 FETCH (UID 2 MODSEQ (5))
      S: a1 OK STORE completed
      C: a2 CLOSE
      S: a2 OK [HIGHESTMODSEQ 6] CLOSE completed
    `);
  });

  test('says nothing of it while an expunge by another session could not be told yet', async () => {
    const { client, other } = await open(3);
    await client.ask('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await other.ask('MOVE 1 Archive');
    await client.ask('FETCH 3 FLAGS');
    expect((await client.transact('CLOSE')).completion).toBe('OK CLOSE completed');
  });

  test('says nothing of it where another session has changed the mailbox, unheard', async () => {
    const { client, other } = await open(3);
    await client.ask('STORE 2 +FLAGS.SILENT (\\Deleted)');
    await other.ask('STORE 1 +FLAGS (\\Seen)');
    expect((await client.transact('CLOSE')).completion).toBe('OK CLOSE completed');
  });
});
