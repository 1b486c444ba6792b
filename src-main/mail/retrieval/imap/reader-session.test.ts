import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const TOMS = '"Other Users/tom"';

/** Messages 1 to 3 of tom, the first seen by him; MODSEQs 2 to 4. */
async function open(rights = 'lrswite') {
  const office = new ReadingOffice();
  for (let i = 1; i <= 3; i++) {
    await office.arrive(`Subject: m${i}\n\nbody ${i}\n`, { flags: i === 1 ? ['\\Seen'] : [] });
  }
  await office.share(rights);
  const anna = await office.openImap(TOMS, 'anna');
  return { office, anna, tom: await office.openImap() };
}

describe('\\Seen of who reads another’s mailbox', () => {
  test('begins with nothing seen, is set by FETCH, and the owner’s stays', async () => {
    const { anna, tom } = await open();
    await anna.play(`
      C: a1 FETCH 1:2 FLAGS
      S: * 1 FETCH (FLAGS ())
      S: * 2 FETCH (FLAGS ())
      S: a1 OK FETCH completed
      C: a2 FETCH 2 BODY[TEXT]
      S: * 2 FETCH (BODY[TEXT] {8}
      S: body 2
      S:  FLAGS (\\Seen))
      S: a2 OK FETCH completed
      C: a3 STATUS ${TOMS} (MESSAGES UNSEEN)
      S: * STATUS ${TOMS} (MESSAGES 3 UNSEEN 2)
      S: a3 OK STATUS completed
    `);
    await tom.play(`
      C: b1 FETCH 1:2 FLAGS
      S: * 1 FETCH (FLAGS (\\Seen))
      S: * 2 FETCH (FLAGS ())
      S: b1 OK FETCH completed
      C: b2 STATUS INBOX (UNSEEN)
      S: * STATUS INBOX (UNSEEN 2)
      S: b2 OK STATUS completed
    `);
  });

  test('is not set by FETCH without the right s (RFC 4314 §4)', async () => {
    const { anna } = await open('lr');
    await anna.ask('FETCH 2 BODY[TEXT]');
    expect(await anna.ask('FETCH 2 FLAGS')).toEqual(['* 2 FETCH (FLAGS ())']);
  });

  test('is what SELECT, SEARCH and SORT go by', async () => {
    const { office, anna } = await open();
    await anna.ask('STORE 1:2 +FLAGS.SILENT (\\Seen)');
    expect(await anna.ask('SEARCH UNSEEN')).toEqual(['* SEARCH 3']);
    expect(await anna.ask('SEARCH SEEN')).toEqual(['* SEARCH 1 2']);
    expect(await anna.ask('SEARCH NOT OR SEEN SUBJECT m3')).toEqual(['* SEARCH']);
    expect(await anna.ask('SEARCH RETURN (COUNT) UNSEEN TEXT body')).toEqual([
      expect.stringMatching(/^\* ESEARCH \(TAG "t\d+"\) COUNT 1$/),
    ]);
    expect(await anna.ask('SORT (REVERSE SUBJECT) UTF-8 SEEN')).toEqual(['* SORT 2 1']);
    const { untagged } = await (await office.openImap(null, 'anna')).transact(`SELECT ${TOMS}`);
    expect(untagged).toContain('* OK [UNSEEN 3] First unseen message');
  });

  test('is told to the reader’s other sessions with a MODSEQ, and not to the owner', async () => {
    const { office, anna, tom } = await open();
    const other = await office.openImap(null, 'anna');
    await other.ask(`SELECT ${TOMS} (CONDSTORE)`);
    await anna.ask('STORE 2 +FLAGS (\\Seen)');
    expect(await other.ask('NOOP')).toEqual(['* 2 FETCH (FLAGS (\\Seen) MODSEQ (5))']);
    expect(await tom.ask('NOOP')).toEqual([]);
    expect(await tom.ask('FETCH 2 (FLAGS MODSEQ)')).toEqual([
      '* OK [HIGHESTMODSEQ 5] Highest',
      '* 2 FETCH (FLAGS () MODSEQ (3))',
    ]);
    expect(await anna.ask('SEARCH MODSEQ 5')).toEqual([
      '* OK [HIGHESTMODSEQ 5] Highest',
      '* SEARCH 2 (MODSEQ 5)',
    ]);
  });

  test('comes with QRESYNC and CHANGEDSINCE when the reader is back (RFC 7162)', async () => {
    const { office, anna } = await open();
    await anna.ask('STORE 3 +FLAGS (\\Seen)');
    const again = await office.openImap(null, 'anna');
    await again.ask('ENABLE QRESYNC');
    const { untagged } = await again.transact(`SELECT ${TOMS} (QRESYNC (1767614400 4))`);
    const mailbox = await office.store.findMailbox(1, 'INBOX');
    const resynchronized = await again.ask(`SELECT ${TOMS} (QRESYNC (${mailbox?.uidValidity ?? 0} 4))`);
    expect(resynchronized.at(-1)).toBe('* 3 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (5))');
    expect(untagged).toContain('* OK [HIGHESTMODSEQ 5] Highest');
    expect(await again.ask('UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4)')).toEqual([
      '* 3 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (5))',
    ]);
  });

  test('counts for UNCHANGEDSINCE', async () => {
    const { anna } = await open();
    await anna.ask('STORE 1 +FLAGS (\\Seen)');
    await anna.play(`
      C: a1 STORE 1:2 (UNCHANGEDSINCE 4) +FLAGS (\\Seen)
      S: * OK [HIGHESTMODSEQ 5] Highest
      S: * 2 FETCH (FLAGS (\\Seen) MODSEQ (6))
      S: a1 OK [MODIFIED 1] Conditional STORE failed for some
    `);
  });

  test('goes along with COPY into the own mailbox', async () => {
    const { anna } = await open();
    await anna.ask('STORE 2 +FLAGS (\\Seen)');
    await anna.ask('COPY 1:2 Archive');
    await anna.ask('SELECT Archive');
    expect(await anna.ask('FETCH 1:2 FLAGS')).toEqual(['* 1 FETCH (FLAGS ())', '* 2 FETCH (FLAGS (\\Seen))']);
  });

  test('other flags are told to everybody', async () => {
    const { anna, tom } = await open();
    await anna.ask('STORE 2 +FLAGS (\\Seen \\Flagged)');
    expect(await tom.ask('NOOP')).toEqual(['* 2 FETCH (FLAGS (\\Flagged))']);
    await tom.ask('STORE 1 -FLAGS (\\Seen)');
    await tom.ask('STORE 3 +FLAGS (\\Answered)');
    expect(await anna.ask('NOOP')).toEqual(['* 1 FETCH (FLAGS ())', '* 3 FETCH (FLAGS (\\Answered))']);
  });

  test('the timeline names who has read it, and where', async () => {
    const { office, anna } = await open();
    await anna.ask('FETCH 2 BODY[]');
    expect(office.events).toMatchObject([
      { type: 'read', account: 'anna@server1.com', mailbox: 'Other Users/tom' },
    ]);
  });
});

describe('RFC 4314 §5.1.1: rights that change while the mailbox is selected', () => {
  test('are noticed with the next command, which is judged by them', async () => {
    const { office, anna } = await open();
    await office.share('lrs');
    await anna.play(`
      C: a1 STORE 1 +FLAGS (\\Flagged)
      S: * OK [PERMANENTFLAGS (\\Seen)] Your rights have changed
      S: * OK [READ-ONLY] From now on
      S: a1 NO [NOPERM] You have no right to do this here
    `);
    await office.share('lrsw');
    await anna.play(`
      C: a2 STORE 1 +FLAGS (\\Flagged)
      S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Seen \\Draft \\*)] Your rights have changed
      S: * OK [READ-WRITE] From now on
      S: * 1 FETCH (FLAGS (\\Flagged))
      S: a2 OK STORE completed
    `);
  });

  test('without r the messages vanish, and the mailbox can only be left', async () => {
    const { office, anna } = await open();
    await office.share('l');
    await anna.play(`
      C: a1 FETCH 1 BODY[]
      S: a1 NO [NOPERM] You have no right to do this here
      C: a2 SEARCH ALL
      S: a2 NO [NOPERM] You have no right to do this here
      C: a3 NOOP
      S: * 3 EXPUNGE
      S: * 2 EXPUNGE
      S: * 1 EXPUNGE
      S: a3 OK NOOP completed
      C: a4 UNSELECT
      S: a4 OK UNSELECT completed
      C: a5 SELECT ${TOMS}
      S: a5 NO [NOPERM] You have no right to do this here
    `);
  });

  test('are told to who waits with IDLE', async () => {
    const { office, anna } = await open();
    anna.write('a1 IDLE\r\n');
    expect(await anna.readLine()).toBe('+ idling');
    await office.share('lr');
    expect(await anna.readLine()).toBe('* OK [PERMANENTFLAGS ()] Your rights have changed');
    expect(await anna.readLine()).toBe('* OK [READ-ONLY] From now on');
    await office.share('');
    expect(await anna.readLine()).toBe('* 3 EXPUNGE');
    anna.write('DONE\r\n');
    expect((await anna.readCompletion('a1')).completion).toBe('OK IDLE completed');
  });

  test('do not disturb the owner', async () => {
    const { office, tom } = await open();
    await office.share('');
    expect(await tom.ask('NOOP')).toEqual([]);
  });

  test('a mailbox that its owner deletes is gone for its readers', async () => {
    const { office, tom } = await open();
    await office.share('lr', { mailbox: 'Old' });
    await office.arrive('A: b\n\n', { mailbox: 'Old' });
    const anna = await office.openImap('"Other Users/tom/Old"', 'anna');
    await tom.ask('DELETE Old');
    expect(await anna.ask('NOOP')).toEqual(['* 1 EXPUNGE']);
  });
});
