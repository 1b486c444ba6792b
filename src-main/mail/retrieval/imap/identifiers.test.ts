/** What a message or a mailbox can be asked beyond the base: OBJECTID, SAVEDATE, PREVIEW, QUOTA. */
import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

describe('RFC 8474 OBJECTID', () => {
  test('§4 MAILBOXID is told by CREATE, SELECT and STATUS, and stays when the mailbox is renamed', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    const { completion } = await client.transact('CREATE foo');
    const id = /^OK \[MAILBOXID \(([A-Za-z0-9_-]+)\)\] CREATE completed$/.exec(completion)?.[1];
    expect(id).toBeDefined();
    await client.ask('RENAME foo renamed');
    await client.play(`
      C: 3 STATUS renamed (MAILBOXID)
      S: * STATUS renamed (MAILBOXID (${id}))
      S: 3 OK STATUS completed
    `);
    expect(await client.ask('SELECT renamed')).toContain(`* OK [MAILBOXID (${id})] Mailbox identifier`);
  });

  test('§5 EMAILID is the same for copies, THREADID is NIL; both can be searched for', async () => {
    const office = new ReadingOffice();
    await office.arrive('Subject: a\n\n');
    await office.arrive('Subject: b\n\n');
    const client = await office.openImap();
    const [line = ''] = await client.ask('FETCH 2 (EMAILID THREADID)');
    const id = /^\* 2 FETCH \(EMAILID \(([A-Za-z0-9_-]+)\) THREADID NIL\)$/.exec(line)?.[1];
    await client.ask('COPY 2 Archive');
    await client.play(`
      C: a1 SEARCH EMAILID ${id}
      S: * SEARCH 2
      S: a1 OK SEARCH completed
      C: a2 SEARCH THREADID T6000000000011
      S: * SEARCH
      S: a2 OK SEARCH completed
    `);
    await client.ask('SELECT Archive');
    expect(await client.ask('FETCH 1 EMAILID')).toEqual([`* 1 FETCH (EMAILID (${id}))`]);
  });
});

test('RFC 8514 SAVEDATE: when a message came into this mailbox', async () => {
  const office = new ReadingOffice();
  await office.arrive('Subject: a\n\n', { internalDate: Date.UTC(2020, 0, 1) });
  const client = await office.openImap();
  office.clock.advance(3 * 24 * 3_600_000);
  await client.ask('COPY 1 INBOX');
  await client.play(`
    C: B FETCH 1:2 (SAVEDATE)
    S: * 1 FETCH (SAVEDATE " 5-Jan-2026 12:00:00 +0000")
    S: * 2 FETCH (SAVEDATE " 8-Jan-2026 12:00:00 +0000")
    S: B OK FETCH completed
    C: A SEARCH SAVEDBEFORE 8-Jan-2026
    S: * SEARCH 1
    S: A OK SEARCH completed
    C: C SEARCH SAVEDON 8-Jan-2026
    S: * SEARCH 2
    S: C OK SEARCH completed
    C: D SEARCH SAVEDSINCE 5-Jan-2026 SAVEDATESUPPORTED
    S: * SEARCH 1 2
    S: D OK SEARCH completed
  `);
});

describe('RFC 8970 PREVIEW', () => {
  test('§5 is the first text, decoded; LAZY or not', async () => {
    const office = new ReadingOffice();
    await office.arrive('Subject: a\n\nJust a reminder that I\nam away.\n');
    await office.arrive('Subject: b\n\n');
    await office.arrive('Content-Type: text/plain; charset=utf-8\n\n你好\n');
    const client = await office.openImap();
    await client.play(`
      C: A1 FETCH 1:2 (RFC822.SIZE PREVIEW)
      S: * 1 FETCH (RFC822.SIZE 48 PREVIEW "Just a reminder that I am away.")
      S: * 2 FETCH (RFC822.SIZE 14 PREVIEW "")
      S: A1 OK FETCH completed
      C: A2 FETCH 1 (PREVIEW (LAZY) FLAGS)
      S: * 1 FETCH (PREVIEW "Just a reminder that I am away." FLAGS ())
      S: A2 OK FETCH completed
      C: A3 FETCH 3 PREVIEW
      S: * 3 FETCH (PREVIEW {6}
      S: 你好)
      S: A3 OK FETCH completed
      C: A4 FETCH 1 (PREVIEW (EAGER))
      S: A4 BAD Syntax error: <…>
    `);
  });
});

describe('RFC 9208 QUOTA', () => {
  test('tells storage in units of 1024 octets, and what EXPUNGE would free', async () => {
    const office = new ReadingOffice();
    office.directory.setQuota('tom@server1.com', 10 * 1024 * 1024);
    await office.arrive(`Subject: a\n\n${'x'.repeat(3000)}\n`, { flags: ['\\Deleted'] });
    const client = await office.openImap(null);
    await client.play(`
      C: G0001 GETQUOTA ""
      S: * QUOTA "" (STORAGE 3 10240)
      S: G0001 OK GETQUOTA completed
      C: G0002 GETQUOTAROOT INBOX
      S: * QUOTAROOT INBOX ""
      S: * QUOTA "" (STORAGE 3 10240)
      S: G0002 OK GETQUOTAROOT completed
      C: G0003 GETQUOTA "!partition/sda4"
      S: G0003 NO [NONEXISTENT] No such quota root
      C: S0003 STATUS INBOX (MESSAGES DELETED DELETED-STORAGE)
      S: * STATUS INBOX (MESSAGES 1 DELETED 1 DELETED-STORAGE 3016)
      S: S0003 OK STATUS completed
      C: G0004 GETQUOTAROOT nowhere
      S: G0004 NO [NONEXISTENT] No such mailbox
    `);
  });

  test('RFC 9208 §5.2: a limit of messages is a resource of its own', async () => {
    const office = new ReadingOffice();
    office.directory.setQuota('tom@server1.com', null, 500);
    await office.arrive('Subject: a\n\nx\n');
    const client = await office.openImap(null);
    await client.play(`
      C: G1 GETQUOTA ""
      S: * QUOTA "" (MESSAGE 1 500)
      S: G1 OK GETQUOTA completed
    `);
  });

  test('an account without a limit has no quota root', async () => {
    const client = await new ReadingOffice().openImap(null);
    await client.play(`
      C: G1 GETQUOTAROOT INBOX
      S: * QUOTAROOT INBOX
      S: G1 OK GETQUOTAROOT completed
      C: G2 GETQUOTA ""
      S: G2 NO [NONEXISTENT] No such quota root
    `);
  });
});
