import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';
import { fullPattern, matchesPattern } from './name-pattern.ts';

async function officeWithTree() {
  const office = new ReadingOffice();
  const client = await office.openImap(null);
  for (const name of ['Work/Berlin', 'Work/Paris/2026', 'Old']) {
    await client.ask(`CREATE ${name}`);
    await client.ask(`SUBSCRIBE ${name}`);
  }
  return { office, client };
}

describe('RFC 9051 §6.3.9 LIST', () => {
  test('shows all mailboxes with their children (RFC 3348) and uses (RFC 6154)', async () => {
    const { client } = await officeWithTree();
    expect(await client.ask('LIST "" *')).toEqual([
      '* LIST (\\HasNoChildren) "/" INBOX',
      '* LIST (\\HasNoChildren \\Archive) "/" Archive',
      '* LIST (\\HasNoChildren \\Drafts) "/" Drafts',
      '* LIST (\\HasNoChildren \\Junk) "/" Junk',
      '* LIST (\\HasNoChildren) "/" Old',
      '* LIST (\\HasNoChildren \\Sent) "/" Sent',
      '* LIST (\\HasNoChildren \\Trash) "/" Trash',
      '* LIST (\\HasChildren) "/" Work',
      '* LIST (\\HasNoChildren) "/" Work/Berlin',
      '* LIST (\\HasChildren) "/" Work/Paris',
      '* LIST (\\HasNoChildren) "/" Work/Paris/2026',
    ]);
  });

  test('answers a question for the delimiter', async () => {
    const { client } = await officeWithTree();
    expect(await client.ask('LIST "" ""')).toEqual(['* LIST (\\Noselect) "/" ""']);
  });

  test('keeps % within a level, joins reference and pattern, and knows INBOX in any case', async () => {
    const { client } = await officeWithTree();
    expect(await client.ask('LIST "" Work/%')).toEqual([
      '* LIST (\\HasNoChildren) "/" Work/Berlin',
      '* LIST (\\HasChildren) "/" Work/Paris',
    ]);
    expect(await client.ask('LIST Work/ *2026')).toEqual(['* LIST (\\HasNoChildren) "/" Work/Paris/2026']);
    expect(await client.ask('LIST "" inbox')).toEqual(['* LIST (\\HasNoChildren) "/" INBOX']);
  });

  test('selects and returns what the extended syntax (RFC 5258) asks for, STATUS too (RFC 5819)', async () => {
    const { client } = await officeWithTree();
    await client.ask('DELETE Old');
    expect(await client.ask('LIST (SUBSCRIBED) "" (Work/* Old)')).toEqual([
      '* LIST (\\Subscribed) "/" Work/Berlin',
      '* LIST (\\Subscribed) "/" Work/Paris/2026',
      '* LIST (\\NonExistent \\Subscribed) "/" Old',
    ]);
    expect(await client.ask('LIST (SPECIAL-USE) "" % RETURN (SPECIAL-USE SUBSCRIBED)')).toContain(
      '* LIST (\\Subscribed \\Sent) "/" Sent',
    );
    expect(await client.ask('LIST (SUBSCRIBED RECURSIVEMATCH) "" Work RETURN (CHILDREN)')).toEqual([
      '* LIST (\\HasChildren) "/" Work ("CHILDINFO" ("SUBSCRIBED"))',
    ]);
    expect(await client.ask('LIST "" Work RETURN (STATUS (MESSAGES UNSEEN))')).toEqual([
      '* LIST () "/" Work',
      '* STATUS Work (MESSAGES 0 UNSEEN 0)',
    ]);
    expect((await client.transact('LIST (RECURSIVEMATCH) "" ""')).completion).toMatch(/^BAD /);
    expect((await client.transact('LIST (NONSENSE) "" ""')).completion).toMatch(/^BAD /);
  });

  test('writes names in modified UTF-7 until IMAP4rev2 is enabled', async () => {
    const { client } = await officeWithTree();
    await client.ask('CREATE "Entw&APw-rfe/&UXZO1g-"');
    expect(await client.ask('LIST "" Entw*')).toEqual([
      '* LIST (\\HasChildren) "/" Entw&APw-rfe',
      '* LIST (\\HasNoChildren) "/" Entw&APw-rfe/&UXZO1g-',
    ]);
    await client.ask('ENABLE IMAP4rev2');
    expect(await client.ask('LIST "" Entw*')).toEqual([
      '* LIST (\\HasChildren) "/" "Entwürfe"',
      '* LIST (\\HasNoChildren) "/" "Entwürfe/其他"',
    ]);
    await client.ask('STATUS "Entwürfe" (MESSAGES)');
  });
});

describe('RFC 3501 §6.3.9 LSUB', () => {
  test('shows subscribed names, and with % the levels above them', async () => {
    const { client } = await officeWithTree();
    await client.ask('DELETE Old');
    expect(await client.ask('LSUB "" Work*')).toEqual([
      '* LSUB () "/" Work/Berlin',
      '* LSUB () "/" Work/Paris/2026',
    ]);
    expect(await client.ask('LSUB "" %')).toContain('* LSUB (\\Noselect) "/" Work');
    expect(await client.ask('LSUB "" Old')).toEqual(['* LSUB (\\Noselect) "/" Old']);
    await client.ask('UNSUBSCRIBE Old');
    expect(await client.ask('LSUB "" Old')).toEqual([]);
  });
});

describe('RFC 9051 §6.3.4-6.3.6 CREATE, DELETE, RENAME', () => {
  test('answer as RFC 9051 has it, with the codes of RFC 5530 §3', async () => {
    const { client } = await officeWithTree();
    await client.play(`
      C: a1 CREATE INBOX
      S: a1 NO [ALREADYEXISTS] The mailbox exists already
      C: a2 CREATE Plans/
      S: a2 OK [MAILBOXID (<…>)] CREATE completed
      C: a3 CREATE /
      S: a3 NO [CANNOT] No mailbox can have this name
      C: a4 CREATE Later (USE (\\Sent))
      S: a4 NO [ALREADYEXISTS] The mailbox exists already
      C: a5 CREATE Flags (USE (\\Flagged))
      S: a5 NO [USEATTR] No mailbox can have this use
      C: a6 DELETE Work
      S: a6 NO [HASCHILDREN] The mailbox has inferiors
      C: a7 DELETE inbox
      S: a7 NO [CANNOT] This cannot be done to this mailbox
      C: a8 RENAME Work Office
      S: a8 OK RENAME completed
      C: a9 LIST "" Office/Paris/*
      S: * LIST (\\HasNoChildren) "/" Office/Paris/2026
      S: a9 OK LIST completed
      C: b1 RENAME nothing other
      S: b1 NO [NONEXISTENT] No such mailbox
      C: b2 RENAME Office Office/x
      S: b2 NO [CANNOT] This cannot be done to this mailbox
      C: b3 SUBSCRIBE nothing
      S: b3 NO [NONEXISTENT] No such mailbox
    `);
  });

  test('renaming INBOX moves its messages', async () => {
    const { office, client } = await officeWithTree();
    await office.arrive('Subject: x\n\n');
    await client.ask('RENAME INBOX Archive/2026');
    expect(await client.ask('STATUS INBOX (MESSAGES UIDNEXT)')).toEqual([
      '* STATUS INBOX (MESSAGES 0 UIDNEXT 2)',
    ]);
    expect(await client.ask('STATUS Archive/2026 (MESSAGES)')).toEqual([
      '* STATUS Archive/2026 (MESSAGES 1)',
    ]);
  });

  test('a mailbox that is deleted while selected loses its messages', async () => {
    const { office, client } = await officeWithTree();
    await office.arrive('Subject: x\n\n', { mailbox: 'Work/Berlin' });
    const reader = await office.openImap('Work/Berlin');
    await client.ask('DELETE Work/Berlin');
    expect(await reader.ask('NOOP')).toEqual(['* 1 EXPUNGE']);
    expect(await reader.ask('UID FETCH 1:* FLAGS')).toEqual([]);
  });
});

test('RFC 9051 §6.3.11 STATUS answers every item, SIZE among them (RFC 8438)', async () => {
  const office = new ReadingOffice();
  await office.arrive('Subject: x\n\n', { flags: ['\\Deleted'] });
  const client = await office.openImap(null);
  expect(
    await client.ask('STATUS inbox (MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE RECENT APPENDLIMIT)'),
  ).toEqual([
    expect.stringMatching(
      /^\* STATUS INBOX \(MESSAGES 1 UIDNEXT 2 UIDVALIDITY \d+ UNSEEN 1 DELETED 1 SIZE 14 RECENT 0 APPENDLIMIT 67108864\)$/,
    ),
  ]);
  expect((await client.transact('STATUS INBOX (NONSENSE)')).completion).toMatch(/^BAD /);
});

test.each([
  ['*', 'a/b/c', true],
  ['%', 'a', true],
  ['%', 'a/b', false],
  ['%/%', 'a/b', true],
  ['a*c', 'a/b/c', true],
  ['a%c', 'a/b/c', false],
  ['%%', 'ab', true],
  ['%*', 'a/b', true],
  ['a', 'A', false],
  ['', 'a', false],
  [fullPattern('', 'iNbOx/*'), 'INBOX/x', true],
  [fullPattern('a/', 'b'), 'a/b', true],
])('the pattern %j and the name %j', (pattern, name, matches) => {
  expect(matchesPattern(pattern, name)).toBe(matches);
});

test('a hostile pattern costs little', () => {
  expect(matchesPattern('*a'.repeat(900), 'a'.repeat(499))).toBe(false);
});
