import { beforeEach, describe, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ANNA, ReadingOffice } from '../../../../test/support/reading-office.ts';

let office: ReadingOffice;
let client: DialogueClient;

beforeEach(async () => {
  office = new ReadingOffice();
  client = await office.openImap(null);
  for (const name of ['folder1', 'folder2/banana', 'folder2/peach', 'folder2/peach/deep', 'folder2/salmon']) {
    await client.ask(`CREATE ${name}`);
  }
  const arrive = (mailbox: string, subject: string, ...flags: string[]) =>
    office.arrive(`Subject: ${subject}\n\nbody\n`, { mailbox, flags });
  for (let i = 0; i < 3; i++) await arrive('folder1', 'chad', '\\Seen');
  await arrive('folder1', 'other');
  await arrive('folder2/banana', 'other');
  await arrive('folder2/peach', 'chad');
  await arrive('folder2/peach/deep', 'chad');
  await arrive('folder2/salmon', 'chad', '\\Seen');
  await arrive('INBOX', 'chad');
  await client.ask('SUBSCRIBE folder2/peach');
});

describe('RFC 7377 §3 ESEARCH', () => {
  test('the example: two searches in several mailboxes, pipelined', async () => {
    await client.play(`
      C: tag1 ESEARCH IN (mailboxes "folder1" subtree "folder2") unseen
      C: tag2 ESEARCH IN (mailboxes "folder1" subtree-one "folder2") subject "chad"
      S: * ESEARCH (TAG "tag1" MAILBOX folder1 UIDVALIDITY <…>) UID ALL 4
      S: * ESEARCH (TAG "tag1" MAILBOX folder2/banana UIDVALIDITY <…>) UID ALL 1
      S: * ESEARCH (TAG "tag1" MAILBOX folder2/peach UIDVALIDITY <…>) UID ALL 1
      S: * ESEARCH (TAG "tag1" MAILBOX folder2/peach/deep UIDVALIDITY <…>) UID ALL 1
      S: tag1 OK ESEARCH completed
      S: * ESEARCH (TAG "tag2" MAILBOX folder1 UIDVALIDITY <…>) UID ALL 1:3
      S: * ESEARCH (TAG "tag2" MAILBOX folder2/peach UIDVALIDITY <…>) UID ALL 1
      S: * ESEARCH (TAG "tag2" MAILBOX folder2/salmon UIDVALIDITY <…>) UID ALL 1
      S: tag2 OK ESEARCH completed
    `);
  });

  test.each([
    [
      'IN (personal) SUBJECT chad',
      ['INBOX', 'folder1', 'folder2/peach', 'folder2/peach/deep', 'folder2/salmon'],
    ],
    ['IN (inboxes) SUBJECT other', ['folder1', 'folder2/banana']],
    ['IN (subscribed) ALL', ['INBOX', 'folder2/peach']],
    ['IN (mailboxes (folder1 nowhere inbox)) ALL', ['INBOX', 'folder1']],
    ['IN (mailboxes "folder%") ALL', []],
    ['IN (subtree (folder1 folder2/peach)) ALL', ['folder1', 'folder2/peach', 'folder2/peach/deep']],
    ['IN (personal mailboxes folder1 subtree folder2) SUBJECT other', ['folder1', 'folder2/banana']],
  ])('%s', async (keys, names) => {
    const found = (await client.ask(`ESEARCH ${keys}`)).map((line) => / MAILBOX (\S+) /.exec(line)?.[1]);
    expect(found).toEqual(names);
  });

  test('§2.1 results are per mailbox, and none where nothing was found', async () => {
    await client.play(`
      C: a ESEARCH IN (subtree folder1 mailboxes Sent) RETURN (MIN MAX COUNT) SEEN
      S: * ESEARCH (TAG "a" MAILBOX folder1 UIDVALIDITY <…>) UID MIN 1 MAX 3 COUNT 3
      S: a OK ESEARCH completed
      C: b ESEARCH IN (mailboxes folder1) RETURN (PARTIAL -1:-2) ALL
      S: * ESEARCH (TAG "b" MAILBOX folder1 UIDVALIDITY <…>) UID PARTIAL (-1:-2 3:4)
      S: b OK ESEARCH completed
      C: c ESEARCH IN (personal) SUBJECT nobody
      S: c OK ESEARCH completed
      C: d ESEARCH IN (mailboxes folder1) MODSEQ 4
      S: * ESEARCH (TAG "d" MAILBOX folder1 UIDVALIDITY <…>) UID ALL 3:4 MODSEQ 5
      S: d OK ESEARCH completed
    `);
  });

  test('§2 numbers mean messages of each mailbox, and beyond its end nothing', async () => {
    const found = await client.ask('ESEARCH IN (subtree folder1 mailboxes folder2/peach) 2:3');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/MAILBOX folder1 .* ALL 2:3$/);
    expect(await client.ask('ESEARCH IN (mailboxes folder1) 101:200')).toEqual([]);
    expect((await client.ask('ESEARCH IN (mailboxes folder1) UID *'))[0]).toMatch(/ ALL 4$/);
  });
});

describe('RFC 7377 §2.2 the mailbox that is selected', () => {
  test('is searched where no source is given, as its client knows it, and by UID', async () => {
    await client.ask('SELECT folder1');
    await office.arrive('Subject: unheard\n\n', { mailbox: 'folder1' });
    await client.play(`
      C: a ESEARCH 3:*
      S: * ESEARCH (TAG "a" MAILBOX folder1 UIDVALIDITY <…>) UID ALL 3:4
      S: * 5 EXISTS
      S: a OK ESEARCH completed
      C: b ESEARCH IN (selected mailboxes INBOX) RETURN (COUNT) UNSEEN
      S: * ESEARCH (TAG "b" MAILBOX INBOX UIDVALIDITY <…>) UID COUNT 1
      S: * ESEARCH (TAG "b" MAILBOX folder1 UIDVALIDITY <…>) UID COUNT 2
      S: b OK ESEARCH completed
    `);
  });

  test('takes SAVE, and only it', async () => {
    await client.ask('SELECT folder1');
    await client.play(`
      C: a ESEARCH RETURN (SAVE) SEEN
      S: a OK ESEARCH completed
      C: b ESEARCH IN (selected) RETURN (SAVE COUNT) $
      S: * ESEARCH (TAG "b" MAILBOX folder1 UIDVALIDITY <…>) UID COUNT 3
      S: b OK ESEARCH completed
      C: c ESEARCH IN (personal) RETURN (SAVE) ALL
      S: c BAD SAVE goes with SELECTED only
      C: d ESEARCH IN (mailboxes INBOX) $
      S: d OK ESEARCH completed
      C: e FETCH $ UID
      S: * 1 FETCH (UID 1)
      S: * 2 FETCH (UID 2)
      S: * 3 FETCH (UID 3)
      S: e OK FETCH completed
    `);
  });

  test.each(['ESEARCH ALL', 'ESEARCH IN (selected) ALL', 'ESEARCH IN (selected personal) ALL'])(
    '%s is BAD where nothing is selected',
    async (command) => {
      expect((await client.transact(command)).completion).toBe('BAD No mailbox is selected');
    },
  );
});

describe('what cannot be', () => {
  test.each([
    'ESEARCH',
    'ESEARCH IN (personal)',
    'ESEARCH IN () ALL',
    'ESEARCH IN (nonsense) ALL',
    'ESEARCH IN (selected-delayed) ALL',
    'ESEARCH IN (personal (option)) ALL',
    'ESEARCH IN (mailboxes) ALL',
  ])('%s is BAD', async (command) => {
    expect((await client.transact(command)).completion).toMatch(/^BAD /);
  });

  test('an unknown charset is NO', async () => {
    expect((await client.transact('ESEARCH IN (personal) CHARSET X-NONSENSE ALL')).completion).toMatch(
      /^NO \[BADCHARSET /,
    );
  });

  test("nothing is found in other people's mailboxes", async () => {
    await office.arrive('Subject: chad\n\n', { accountId: ANNA });
    expect(await client.ask('ESEARCH IN (personal) RETURN (COUNT) SUBJECT chad')).toHaveLength(5);
  });

  test('§2.4 there are limits', async () => {
    const [inbox] = await office.store.listMailboxes(1);
    office.store.listMailboxes = () => Promise.resolve(Array.from({ length: 2_001 }, () => inbox as never));
    expect((await client.transact('ESEARCH IN (personal) ALL')).completion).toMatch(/^NO \[LIMIT\] /);
  });

  test('RFC 9585: a client that waits hears that it goes on, and is answered mailbox by mailbox', async () => {
    const { store } = office;
    const listEntries = store.listEntries.bind(store);
    const peach = await store.findMailbox(1, 'folder2/peach');
    let started = (): void => undefined;
    let proceed = (): void => undefined;
    const isStarted = new Promise<void>((resolve) => (started = resolve));
    const mayProceed = new Promise<void>((resolve) => (proceed = resolve));
    store.listEntries = async (id, ...uids) => {
      if (id === peach?.id) started();
      if (id === peach?.id) await mayProceed;
      return listEntries(id, ...uids);
    };
    client.write('a ESEARCH IN (subtree folder2) UNSEEN\r\n');
    await isStarted;
    office.clock.advance(10_000);
    await client.play(`
      S: * ESEARCH (TAG "a" MAILBOX folder2/banana UIDVALIDITY <…>) UID ALL 1
      S: * OK [INPROGRESS ("a" NIL NIL)] Still working on it
    `);
    proceed();
    await client.play(`
      S: * ESEARCH (TAG "a" MAILBOX folder2/peach UIDVALIDITY <…>) UID ALL 1
      S: * ESEARCH (TAG "a" MAILBOX folder2/peach/deep UIDVALIDITY <…>) UID ALL 1
      S: a OK ESEARCH completed
    `);
  });

  test('RFC 9586: message numbers with UIDONLY', async () => {
    await client.ask('ENABLE UIDONLY');
    expect((await client.transact('ESEARCH IN (personal) 1:2')).completion).toMatch(/^BAD \[UIDREQUIRED\]/);
    expect(await client.ask('ESEARCH IN (mailboxes folder1) UID 1:2')).toHaveLength(1);
  });
});
