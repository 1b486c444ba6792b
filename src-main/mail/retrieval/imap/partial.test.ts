import { beforeAll, describe, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

let client: DialogueClient;

/** Messages 1 to 10; the even ones are seen. */
beforeAll(async () => {
  const office = new ReadingOffice();
  for (let i = 1; i <= 10; i++) {
    await office.arrive(`Subject: m${i}\n\nbody\n`, { flags: i % 2 === 0 ? ['\\Seen'] : [] });
  }
  client = await office.openImap();
});

describe('RFC 9394 §3.1 SEARCH RETURN (PARTIAL …)', () => {
  test('the newest, a page that spans the end, the first, and one beyond the end', async () => {
    await client.play(`
      C: A01 UID SEARCH RETURN (PARTIAL -1:-3) UNDELETED UNKEYWORD $Junk
      S: * ESEARCH (TAG "A01") UID PARTIAL (-1:-3 8:10)
      S: A01 OK SEARCH completed
      C: A02 UID SEARCH RETURN (PARTIAL 8:15) UNDELETED UNKEYWORD $Junk
      C: A03 UID SEARCH RETURN (PARTIAL 1:5) UNDELETED UNKEYWORD $Junk
      C: A04 UID SEARCH RETURN (PARTIAL 24000:24500) UNDELETED UNKEYWORD $Junk
      S: * ESEARCH (TAG "A02") UID PARTIAL (8:15 8:10)
      S: A02 OK SEARCH completed
      S: * ESEARCH (TAG "A03") UID PARTIAL (1:5 1:5)
      S: A03 OK SEARCH completed
      S: * ESEARCH (TAG "A04") UID PARTIAL (24000:24500 NIL)
      S: A04 OK SEARCH completed
      C: A05 SEARCH RETURN (PARTIAL 3:2 COUNT) UNSEEN
      S: * ESEARCH (TAG "A05") PARTIAL (3:2 3,5) COUNT 5
      S: A05 OK SEARCH completed
    `);
  });

  test.each(['(PARTIAL 1:2 ALL)', '(PARTIAL 1:2 PARTIAL 3:4)', '(PARTIAL)', '(PARTIAL 1:*)'])(
    'RETURN %s is BAD',
    async (returns) => {
      expect((await client.transact(`SEARCH RETURN ${returns} ALL`)).completion).toMatch(/^BAD /);
    },
  );
});

describe('RFC 9394 §3.2 PARTIAL with SAVE', () => {
  test.each([
    ['SAVE PARTIAL 2:3', '4,6'],
    ['SAVE PARTIAL 2:3 MIN', '2,4,6'],
    ['SAVE PARTIAL 2:3 MAX', '4,6,10'],
    ['SAVE PARTIAL 2:3 MIN MAX', '2,4,6,10'],
    ['SAVE PARTIAL 2:3 COUNT', '2,4,6,8,10'],
    ['SAVE PARTIAL 2:3 MIN COUNT', '2,4,6,8,10'],
  ])('RETURN (%s) makes $ %s', async (returns, saved) => {
    const [line] = await client.ask(`UID SEARCH RETURN (${returns}) SEEN`);
    expect(line).toContain(' PARTIAL (2:3 4,6)');
    const [all] = await client.ask('UID SEARCH RETURN (ALL) $');
    expect(all).toMatch(new RegExp(` ALL ${saved}$`));
  });
});

describe('RFC 9394 §3.3 UID FETCH … (PARTIAL …)', () => {
  test('gives the last and the first of the messages in the range', async () => {
    await client.play(`
      C: 10 UID FETCH 3:9 (UID FLAGS) (PARTIAL -1:-3)
      S: * 7 FETCH (UID 7 FLAGS ())
      S: * 8 FETCH (UID 8 FLAGS (\\Seen))
      S: * 9 FETCH (UID 9 FLAGS ())
      S: 10 OK FETCH completed
      C: 11 UID FETCH 3:9 (UID FLAGS) (PARTIAL 1:2)
      S: * 3 FETCH (UID 3 FLAGS ())
      S: * 4 FETCH (UID 4 FLAGS (\\Seen))
      S: 11 OK FETCH completed
      C: 12 UID FETCH 3:9 (UID FLAGS) (PARTIAL 8:10)
      S: 12 OK FETCH completed
      C: 13 FETCH 3:9 (UID FLAGS) (PARTIAL 1:2)
      S: 13 BAD Syntax error: <…>
    `);
  });

  test('takes the page first and then what has changed in it, in either order (§3.4)', async () => {
    await client.ask('ENABLE CONDSTORE');
    const answer = ['* 9 FETCH (UID 9 FLAGS () MODSEQ (10))'];
    expect(await client.ask('UID FETCH 1:9 (UID FLAGS) (PARTIAL -1:-2 CHANGEDSINCE 9)')).toEqual(answer);
    expect(await client.ask('UID FETCH 1:9 (UID FLAGS) (CHANGEDSINCE 9 PARTIAL -1:-2)')).toEqual(answer);
    expect(await client.ask('UID FETCH 1:9 (UID FLAGS) (CHANGEDSINCE 9 PARTIAL 1:2)')).toEqual([]);
  });
});
