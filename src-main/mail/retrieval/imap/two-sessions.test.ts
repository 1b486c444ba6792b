import { describe, expect, test } from 'vitest';
import { ReadingOffice, TOM } from '../../../../test/support/reading-office.ts';

async function twoSessions(count = 4) {
  const office = new ReadingOffice();
  for (let i = 1; i <= count; i++) await office.arrive(`Subject: m${i}\n\nbody ${i}\n`);
  return { office, one: await office.openImap(), two: await office.openImap() };
}

describe('RFC 9051 §7.5.1 sequence numbers with two sessions on one mailbox', () => {
  test('no EXPUNGE comes while FETCH, STORE or SEARCH is answered; NOOP brings it', async () => {
    const { one, two } = await twoSessions();
    await one.ask('STORE 2 +FLAGS (\\Deleted)');
    await one.ask('EXPUNGE');
    await two.play(`
      C: a1 FETCH 3 UID
      S: * 3 FETCH (UID 3)
      S: a1 OK FETCH completed
      C: a2 STORE 4 +FLAGS (\\Seen)
      S: * 4 FETCH (FLAGS (\\Seen))
      S: a2 OK STORE completed
      C: a3 SEARCH ALL
      S: * SEARCH 1 3 4
      S: a3 OK SEARCH completed
      C: a4 FETCH 2 UID
      S: a4 OK FETCH completed
      C: a5 NOOP
      S: * 2 EXPUNGE
      S: a5 OK NOOP completed
      C: a6 FETCH 2:3 UID
      S: * 2 FETCH (UID 3)
      S: * 3 FETCH (UID 4)
      S: a6 OK FETCH completed
    `);
  });

  test('UID commands may bring EXPUNGE', async () => {
    const { one, two } = await twoSessions();
    await one.ask('STORE 1,3 +FLAGS (\\Deleted)');
    await one.ask('EXPUNGE');
    await two.play(`
      C: a1 UID FETCH 2,4 UID
      S: * 2 FETCH (UID 2)
      S: * 4 FETCH (UID 4)
      S: * 3 EXPUNGE
      S: * 1 EXPUNGE
      S: a1 OK FETCH completed
      C: a2 UID STORE 4 FLAGS (\\Seen)
      S: * 2 FETCH (UID 4 FLAGS (\\Seen))
      S: a2 OK STORE completed
    `);
  });

  test('messages that arrive are told with EXISTS, flags that others change with FETCH', async () => {
    const { office, one, two } = await twoSessions(2);
    await office.arrive('Subject: new\n\n');
    await one.ask('STORE 1 +FLAGS.SILENT (\\Flagged $New)');
    await two.play(`
      C: a1 FETCH 1:2 UID
      S: * 1 FETCH (UID 1)
      S: * 2 FETCH (UID 2)
      S: * 3 EXISTS
      S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $New)
      S: * 1 FETCH (FLAGS (\\Flagged $New))
      S: a1 OK FETCH completed
      C: a2 NOOP
      S: a2 OK NOOP completed
    `);
    expect(await one.ask('NOOP')).toEqual([]);
  });

  test('a message that the client has not heard of is neither fetched nor expunged by it', async () => {
    const { office, one } = await twoSessions(1);
    await office.arrive('Subject: new\n\n', { flags: ['\\Deleted'] });
    await one.play(`
      C: a1 UID FETCH 1:* UID
      S: * 1 FETCH (UID 1)
      S: * 2 EXISTS
      S: a1 OK FETCH completed
    `);
    await office.arrive('Subject: newer\n\n', { flags: ['\\Deleted'] });
    await one.play(`
      C: a2 EXPUNGE
      S: * 2 EXPUNGE
      S: * 2 EXISTS
      S: a2 OK EXPUNGE completed
    `);
    expect((await office.store.findMailbox(TOM, 'INBOX'))?.messageCount).toBe(2);
  });

  test('a message that came and went between two looks is never heard of', async () => {
    const { office, one, two } = await twoSessions(1);
    await office.arrive('Subject: brief\n\n', { flags: ['\\Deleted'] });
    await one.ask('NOOP');
    await one.ask('EXPUNGE');
    expect(await two.ask('NOOP')).toEqual([]);
    await office.arrive('Subject: stays\n\n');
    expect(await two.ask('NOOP')).toEqual(['* 2 EXISTS']);
    expect(await two.ask('FETCH 2 UID')).toEqual(['* 2 FETCH (UID 3)']);
  });
});

describe('RFC 2177 IDLE', () => {
  test('tells what happens as it happens', async () => {
    const { office, one, two } = await twoSessions(2);
    await two.play(`
      C: a1 IDLE
      S: + idling
    `);
    await office.arrive('Subject: new\n\n');
    await two.play('S: * 3 EXISTS');
    await one.ask('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await two.play('S: * 1 FETCH (FLAGS (\\Deleted))');
    await one.ask('EXPUNGE');
    await two.play(`
      S: * 1 EXPUNGE
      C: DONE
      S: a1 OK IDLE completed
      C: a2 NOOP
      S: a2 OK NOOP completed
    `);
  });

  test('first tells what happened before', async () => {
    const { office, two } = await twoSessions(1);
    await office.arrive('Subject: new\n\n');
    await two.play(`
      C: a1 IDLE
      S: + idling
      S: * 2 EXISTS
      C: done
      S: a1 OK IDLE completed
    `);
  });

  test('ends with BAD for anything but DONE, and with BYE after half an hour', async () => {
    const { office, one, two } = await twoSessions(1);
    await one.play(`
      C: a1 IDLE
      S: + idling
      C: a2 NOOP
      S: a1 BAD Expected DONE
    `);
    await two.play(`
      C: a1 IDLE
      S: + idling
    `);
    office.clock.advance(31 * 60_000);
    await two.play('S: * BYE Idle for too long');
    await two.leave();
    expect(office.transcripts.sessions[1]?.end).toBe('timeout');
  });

  test('without a selected mailbox waits for DONE', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    await client.play(`
      C: a1 IDLE
      S: + idling
      C: DONE
      S: a1 OK IDLE completed
    `);
  });
});

test('when the server stops, every session hears BYE', async () => {
  const { office, one, two } = await twoSessions(1);
  await two.play(`
    C: a1 IDLE
    S: + idling
  `);
  expect(office.imap.sessionCount).toBe(2);
  const closed = office.imap.closeAll('The server is stopping');
  await one.play('S: * BYE The server is stopping');
  await two.play('S: * BYE The server is stopping');
  one.client.end();
  two.client.end();
  await closed;
  expect(office.imap.sessionCount).toBe(0);
});
