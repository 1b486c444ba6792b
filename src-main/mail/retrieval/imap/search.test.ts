import { beforeAll, describe, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const day = (date: number): number => Date.UTC(2026, 0, date, 23, 30);

const MESSAGES = [
  {
    text: [
      'From: Anna Schmidt <anna@server1.com>',
      'To: team: tom@server1.com, otto@server1.com;',
      'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe_aus?= =?utf-8?q?_K=C3=B6ln?=',
      'Date: Sat, 3 Jan 2026 23:30:00 -0500',
      'X-Project: Blue',
      '',
      'Nothing here',
      '',
    ].join('\n'),
    flags: ['\\Seen', '$Work'],
    internalDate: day(3),
  },
  {
    text: [
      'From: boss@server1.com',
      'Cc: anna@server1.com',
      'Subject: budget',
      'Date: Mon, 5 Jan 2026 09:00:00 +0100',
      'Content-Type: multipart/alternative; boundary=b',
      '',
      '--b',
      'Content-Type: text/plain; charset=iso-8859-1',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'caf=E9 im Stra=\nssencaf=E9',
      '--b',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: base64',
      '',
      Buffer.from('<p>hid<b>den</b> 预算</p>').toString('base64'),
      '--b--',
      '',
    ].join('\n'),
    flags: ['\\Answered', '\\Flagged'],
    internalDate: day(4),
  },
  {
    text: [
      'Subject: forward',
      'Bcc: secret@server1.com',
      'Content-Type: message/rfc822',
      '',
      'Subject: wrapped gift',
      '',
      `inside ${'x'.repeat(2000)}`,
      '',
    ].join('\n'),
    flags: ['\\Deleted', '\\Draft'],
    internalDate: day(5),
  },
];

let client: DialogueClient;

beforeAll(async () => {
  const office = new ReadingOffice();
  for (const { text, ...arrival } of MESSAGES) await office.arrive(text, arrival);
  client = await office.openImap();
});

async function search(keys: string): Promise<string> {
  const [line = ''] = await client.ask(`SEARCH ${keys}`);
  return line.replace('* SEARCH', '').trim();
}

describe('keys of RFC 9051 §6.4.4 and RFC 5032, compared as RFC 5255 §4.4 has it', () => {
  test.each([
    ['ALL', '1 2 3'],
    ['SEEN', '1'],
    ['UNSEEN', '2 3'],
    ['ANSWERED', '2'],
    ['UNANSWERED', '1 3'],
    ['FLAGGED', '2'],
    ['UNFLAGGED', '1 3'],
    ['DELETED', '3'],
    ['UNDELETED', '1 2'],
    ['DRAFT', '3'],
    ['UNDRAFT', '1 2'],
    ['KEYWORD $work', '1'],
    ['UNKEYWORD $Work', '2 3'],
    ['NEW', ''],
    ['RECENT', ''],
    ['OLD', '1 2 3'],
    ['LARGER 1000', '3'],
    ['SMALLER 1000', '1 2'],
    ['BEFORE 4-Jan-2026', '1'],
    ['ON 4-Jan-2026', '2'],
    ['SINCE 4-Jan-2026', '2 3'],
    ['SENTON 3-jan-2026', '1'],
    ['SENTBEFORE "5-Jan-2026"', '1'],
    ['SENTSINCE 4-Jan-2026', '2'],
    ['OLDER 86400', '1'],
    ['YOUNGER 43200', '3'],
    ['FROM anna', '1'],
    ['FROM "anna schmidt <ANNA@"', '1'],
    ['TO team', '1'],
    ['TO otto@server1.com', '1'],
    ['CC anna', '2'],
    ['BCC secret', '3'],
    ['SUBJECT "grüsse"', ''],
    ['CHARSET UTF-8 SUBJECT "grüße aus köln"', '1'],
    ['SUBJECT BUDGET', '2'],
    ['HEADER X-Project ""', '1'],
    ['HEADER x-project blue', '1'],
    ['HEADER X-Nothing ""', ''],
    ['HEADER From anna@server1', '1'],
    ['BODY "nothing HERE"', '1'],
    ['BODY café', '2'],
    ['BODY strassencafé', '2'],
    ['BODY hidden', ''],
    ['BODY 预算', '2'],
    ['BODY "wrapped gift"', '3'],
    ['BODY inside', '3'],
    ['BODY budget', ''],
    ['TEXT budget', '2'],
    ['TEXT "x-project: blue"', '1'],
    ['TEXT boundary=b', '2'],
    ['1,3', '1 3'],
    ['2:*', '2 3'],
    ['*', '3'],
    ['9', ''],
    ['9:*', '3'],
    ['UID 2:3', '2 3'],
    ['UID 77:*', '3'],
    ['NOT SEEN', '2 3'],
    ['NOT 1:2', '3'],
    ['OR SEEN DELETED', '1 3'],
    ['OR (SEEN FROM anna) (DELETED BODY inside)', '1 3'],
    ['NOT (SEEN) UNDELETED', '2'],
    ['NOT BODY inside', '1 2'],
    ['(((1:2)))', '1 2'],
    ['SUBJECT ""', '1 2 3'],
  ])('SEARCH %s', async (keys, numbers) => {
    expect(await search(keys)).toBe(numbers);
  });

  test('a string in another charset', async () => {
    client.write(Buffer.from('x1 SEARCH CHARSET ISO-8859-1 BODY {4+}\r\ncaf\xe9\r\n', 'latin1'));
    expect(await client.readCompletion('x1')).toEqual({
      untagged: ['* SEARCH 2'],
      completion: 'OK SEARCH completed',
    });
    expect((await client.transact('SEARCH CHARSET X-NONSENSE ALL')).completion).toBe(
      'NO [BADCHARSET (US-ASCII UTF-8)] This charset is not known',
    );
  });

  test.each([
    'SEARCH',
    'SEARCH NONSENSE',
    'SEARCH OR SEEN',
    'SEARCH (SEEN',
    'SEARCH ()',
    'SEARCH SINCE 31-Feb-2026',
    'SEARCH SINCE yesterday',
    'SEARCH LARGER x',
    `SEARCH ${'NOT '.repeat(200)}ALL`,
    `SEARCH ${'('.repeat(200)}ALL${')'.repeat(200)}`,
    'SEARCH RETURN (NONSENSE) ALL',
    'SEARCH CHARSET',
  ])('%s is BAD', async (command) => {
    expect((await client.transact(command)).completion).toMatch(/^BAD /);
    await client.ask('NOOP');
  });
});

describe('ESEARCH (RFC 4731) and SEARCHRES (RFC 5182)', () => {
  test('return what is asked for, under the tag of the command (RFC 4466 §2.6.2)', async () => {
    await client.play(`
      C: A1 SEARCH RETURN () ALL
      S: * ESEARCH (TAG "A1") ALL 1:3
      S: A1 OK SEARCH completed
      C: A2 UID SEARCH RETURN (MIN MAX COUNT ALL) OR 1 3
      S: * ESEARCH (TAG "A2") UID MIN 1 MAX 3 ALL 1,3 COUNT 2
      S: A2 OK SEARCH completed
      C: A3 SEARCH RETURN (MIN COUNT) FROM nobody
      S: * ESEARCH (TAG "A3") COUNT 0
      S: A3 OK SEARCH completed
      C: A4 SEARCH RETURN (SAVE) UNSEEN
      S: A4 OK SEARCH completed
      C: A5 FETCH $ UID
      S: * 2 FETCH (UID 2)
      S: * 3 FETCH (UID 3)
      S: A5 OK FETCH completed
      C: A6 UID SEARCH RETURN (SAVE MIN) $
      S: * ESEARCH (TAG "A6") UID MIN 2
      S: A6 OK SEARCH completed
      C: A7 SEARCH UID $
      S: * SEARCH 2
      S: A7 OK SEARCH completed
      C: A8 SEARCH RETURN (SAVE) CHARSET X-NONSENSE ALL
      S: A8 NO <…>
      C: A9 FETCH $ UID
      S: A9 OK FETCH completed
    `);
  });

  test('IMAP4rev2 always answers with ESEARCH', async () => {
    const office = new ReadingOffice();
    const rev2 = await office.openImap();
    await rev2.play(`
      C: A1 ENABLE IMAP4rev2
      S: * ENABLED IMAP4rev2
      S: A1 OK ENABLE completed
      C: A2 SEARCH ALL
      S: * ESEARCH (TAG "A2")
      S: A2 OK SEARCH completed
    `);
  });
});
