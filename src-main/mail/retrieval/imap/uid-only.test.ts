import { beforeEach, describe, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

let office: ReadingOffice;
let client: DialogueClient;
let other: DialogueClient;

/** Messages 11 to 15: numbers and UIDs differ. */
beforeEach(async () => {
  office = new ReadingOffice();
  for (let i = 1; i <= 15; i++) await office.arrive(`Subject: m${i}\n\nbody ${i}\n`);
  other = await office.openImap();
  await other.ask('STORE 1:10 +FLAGS (\\Deleted)');
  await other.ask('EXPUNGE');
  client = await office.openImap(null);
  await client.play(`
    C: 01 ENABLE UIDONLY
    S: * ENABLED UIDONLY
    S: 01 OK ENABLE completed
  `);
  await client.ask('SELECT INBOX');
});

describe('RFC 9586 §3 once UIDONLY is enabled', () => {
  test.each([
    'FETCH 1:5 (UID FLAGS)',
    'STORE 1 +FLAGS (\\Seen)',
    'SEARCH ALL',
    'COPY 1 Trash',
    'MOVE 1 Trash',
    'SORT (DATE) UTF-8 ALL',
    'THREAD REFERENCES UTF-8 ALL',
    'REPLACE 1 Drafts {3+}\r\nabc',
    'UID SEARCH 1:3',
    'UID SEARCH OR SEEN NOT (1:*)',
    'UID SORT (DATE) UTF-8 2',
  ])('%s is BAD', async (command) => {
    expect((await client.transact(command)).completion).toBe(
      'BAD [UIDREQUIRED] Message numbers are not allowed once UIDONLY is enabled',
    );
    await client.ask('NOOP');
  });

  test('SELECT tells no number of a message', async () => {
    const told = await client.ask('SELECT INBOX');
    expect(told).toContain('* 5 EXISTS');
    expect(told.join('\n')).not.toContain('UNSEEN');
  });
});

describe('RFC 9586 §3.3 UID FETCH and UID STORE', () => {
  test('are answered with UIDFETCH', async () => {
    await client.play(`
      C: 10 UID FETCH 12:13 (FLAGS)
      S: * 12 UIDFETCH (FLAGS ())
      S: * 13 UIDFETCH (FLAGS ())
      S: 10 OK FETCH completed
      C: 11 UID FETCH 14:* (UID FLAGS)
      S: * 14 UIDFETCH (UID 14 FLAGS ())
      S: * 15 UIDFETCH (UID 15 FLAGS ())
      S: 11 OK FETCH completed
      C: 12 UID STORE 15 +FLAGS (\\Seen)
      S: * 15 UIDFETCH (FLAGS (\\Seen))
      S: 12 OK STORE completed
      C: 13 UID FETCH 11 (BODY[TEXT])
      S: * 11 UIDFETCH (BODY[TEXT] {9}
      S: body 11
      S:  FLAGS (\\Seen))
      S: 13 OK FETCH completed
    `);
  });

  test('MODSEQ comes in UIDFETCH too (§3.7)', async () => {
    await client.ask('ENABLE CONDSTORE');
    await client.play(`
      C: 10 UID STORE 12 +FLAGS.SILENT (\\Seen)
      S: * 12 UIDFETCH (MODSEQ (19))
      S: 10 OK STORE completed
      C: 11 UID STORE 12:13 (UNCHANGEDSINCE 18) +FLAGS (\\Flagged)
      S: * 13 UIDFETCH (FLAGS (\\Flagged) MODSEQ (20))
      S: 11 OK [MODIFIED 12] Conditional STORE failed for some
    `);
  });
});

describe('RFC 9586 §3.4, §3.6 what changes', () => {
  test('EXPUNGE and UID MOVE are told as VANISHED', async () => {
    await client.play(`
      C: 12 UID STORE 11,13:14 +FLAGS.SILENT (\\Deleted)
      S: 12 OK STORE completed
      C: 13 UID EXPUNGE 11
      S: * VANISHED 11
      S: 13 OK EXPUNGE completed
      C: 14 EXPUNGE
      S: * VANISHED 13:14
      S: 14 OK EXPUNGE completed
      C: 15 UID MOVE 12 "Archive"
      S: * OK [COPYUID <…> 12 1] Moved
      S: * VANISHED 12
      S: 15 OK MOVE completed
    `);
  });

  test('so is what others do', async () => {
    await other.ask('STORE 2 +FLAGS (\\Flagged)');
    await other.ask('UID MOVE 11 Trash');
    await office.arrive('Subject: new\n\n');
    await client.play(`
      C: 16 NOOP
      S: * VANISHED 11
      S: * 5 EXISTS
      S: * 12 UIDFETCH (FLAGS (\\Flagged))
      S: 16 OK NOOP completed
    `);
  });

  test('UID REPLACE names the old message by its UID', async () => {
    await client.play(`
      C: 17 UID REPLACE 15 INBOX {14+}
      C: Subject: new
      C:
      S: * OK [APPENDUID <…> 16] Replacement
      S: * VANISHED 15
      S: * 5 EXISTS
      S: 17 OK REPLACE completed
    `);
  });

  test('$ is no message number', async () => {
    await client.play(`
      C: 18 UID SEARCH RETURN (SAVE) UID 12:13
      S: 18 OK SEARCH completed
      C: 19 UID SEARCH RETURN (COUNT) $
      S: * ESEARCH (TAG "19") UID COUNT 2
      S: 19 OK SEARCH completed
      C: 20 UID FETCH $ (FLAGS)
      S: * 12 UIDFETCH (FLAGS ())
      S: * 13 UIDFETCH (FLAGS ())
      S: 20 OK FETCH completed
    `);
  });
});

test('RFC 9586 §3.7 QRESYNC works without message sequence match data', async () => {
  await client.ask('ENABLE QRESYNC');
  const [status = ''] = await client.ask('STATUS INBOX (UIDVALIDITY)');
  const validity = /UIDVALIDITY (\d+)/.exec(status)?.[1];
  await other.ask('STORE 1 +FLAGS (\\Seen)');
  const told = await client.ask(`SELECT INBOX (QRESYNC (${validity} 17 1:15))`);
  expect(told.slice(-2)).toEqual(['* VANISHED (EARLIER) 1:10', '* 11 UIDFETCH (FLAGS (\\Seen) MODSEQ (19))']);
  expect(
    (await client.transact(`SELECT INBOX (QRESYNC (${validity} 17 1:15 (1,3 11,13)))`)).completion,
  ).toMatch(/^BAD \[UIDREQUIRED\]/);
});
