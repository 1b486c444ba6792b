import { beforeEach, describe, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ANNA, ReadingOffice, TOM } from '../../../../test/support/reading-office.ts';

let office: ReadingOffice;
let client: DialogueClient;

beforeEach(async () => {
  office = new ReadingOffice();
  await office.arrive('Subject: x\n\n');
  client = await office.openImap(null);
});

describe('RFC 5464 §4.2 GETMETADATA', () => {
  test('gives the server, a mailbox, and several entries', async () => {
    const values = [{ name: '/shared/comment', value: Buffer.from('Shared comment') }];
    await office.store.metadata.set('server', { writer: ANNA, origin: '', values });
    await client.ask(
      'SETMETADATA INBOX (/private/comment "My own comment" /shared/comment "Its sunny outside!")',
    );
    await client.play(`
      C: a GETMETADATA "" /shared/comment
      S: * METADATA "" (/shared/comment "Shared comment")
      S: a OK GETMETADATA completed
      C: b GETMETADATA "INBOX" /private/comment
      S: * METADATA INBOX (/private/comment "My own comment")
      S: b OK GETMETADATA completed
      C: c GETMETADATA "INBOX" (/shared/comment /private/comment)
      S: * METADATA INBOX (/shared/comment "Its sunny outside!" /private/comment "My own comment")
      S: c OK GETMETADATA completed
      C: d GETMETADATA "INBOX" /private/comment /shared/comment
      S: * METADATA INBOX (/private/comment "My own comment" /shared/comment "Its sunny outside!")
      S: d OK GETMETADATA completed
      C: e GETMETADATA Inbox (/Private/COMMENT "/private/color")
      S: * METADATA INBOX (/Private/COMMENT "My own comment" /private/color NIL)
      S: e OK GETMETADATA completed
      C: f GETMETADATA "" /shared/admin
      S: * METADATA "" (/shared/admin "mailto:postmaster@server1.com")
      S: f OK GETMETADATA completed
      C: g GETMETADATA Nowhere /shared/comment
      S: g NO [NONEXISTENT] No such mailbox
    `);
  });

  test('§4.2.1 MAXSIZE leaves larger values out, and says how large the largest is', async () => {
    client.write(
      `a SETMETADATA INBOX (/shared/comment {2199+}\r\n${'x'.repeat(2199)} /private/comment "My own comment")\r\n`,
    );
    await client.play(`
      S: a OK SETMETADATA completed
      C: b GETMETADATA "INBOX" (MAXSIZE 1024) (/shared/comment /private/comment)
      S: * METADATA INBOX (/private/comment "My own comment")
      S: b OK [METADATA LONGENTRIES 2199] Some values are larger
      C: c GETMETADATA (MAXSIZE 3) INBOX (/shared/comment /private/comment)
      S: c OK [METADATA LONGENTRIES 2199] Some values are larger
      C: d GETMETADATA INBOX (MAXSIZE 2199 DEPTH 0) /private/comment
      S: * METADATA INBOX (/private/comment "My own comment")
      S: d OK GETMETADATA completed
    `);
  });

  test('§4.2.2 DEPTH gives what lies below too', async () => {
    const filters = '/private/filters/values';
    await client.ask(
      `SETMETADATA INBOX (${filters}/small "SMALLER 5000" ${filters}/boss "FROM \\"boss@example.com\\"" ${filters}/a/b "deep")`,
    );
    await client.play(`
      C: a GETMETADATA "INBOX" (DEPTH 1) (/private/filters/values)
      S: * METADATA INBOX (${filters}/boss "FROM \\"boss@example.com\\"" ${filters}/small "SMALLER 5000")
      S: a OK GETMETADATA completed
      C: b GETMETADATA "INBOX" (DEPTH infinity) (/private/filters/values)
      S: * METADATA INBOX (${filters}/a/b "deep" ${filters}/boss <…> ${filters}/small <…>)
      S: b OK GETMETADATA completed
      C: c GETMETADATA (DEPTH 1) INBOX (/private/filters/values/small /shared)
      S: * METADATA INBOX (${filters}/small "SMALLER 5000")
      S: c OK GETMETADATA completed
      C: d GETMETADATA (DEPTH 1) INBOX (/shared)
      S: d OK GETMETADATA completed
    `);
  });
});

describe('RFC 5464 §4.3 SETMETADATA', () => {
  test('takes text of several lines, octets, nothing, and NIL', async () => {
    await client.play(
      `
      C: a SETMETADATA INBOX (/private/comment {34}
      S: + Ready for the literal
      C: My new comment across
      C: two lines.
      C: )
      S: a OK SETMETADATA completed
      C: b GETMETADATA INBOX /private/comment
      S: * METADATA INBOX (/private/comment {35}
      S: My new comment across
      S: two lines.
      S: )
      S: b OK GETMETADATA completed
      C: c SETMETADATA INBOX (/private/comment NIL /shared/comment "")
      S: c OK SETMETADATA completed
      C: d GETMETADATA INBOX (/private/comment /shared/comment)
      S: * METADATA INBOX (/private/comment NIL /shared/comment "")
      S: d OK GETMETADATA completed
    `.replace('{34}', '{35}'),
    );
    client.write('e SETMETADATA INBOX (/shared/vendor/x/y ~{3+}\r\na\0b /shared/vendor/x/z "\u00e9")\r\n');
    await client.play(`
      S: e OK SETMETADATA completed
      C: f GETMETADATA INBOX (/shared/vendor/x/y /shared/vendor/x/z)
      S: * METADATA INBOX (/shared/vendor/x/y ~{3}
      S: a\0b /shared/vendor/x/z {2}
      S: é)
      S: f OK GETMETADATA completed
    `);
  });

  test('sets all of them or none', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `/private/vendor/x/${index} "v"`).join(' ');
    await client.ask(`SETMETADATA INBOX (${many})`);
    await client.play(`
      C: a SETMETADATA INBOX (/shared/comment "x" /private/comment "My new comment")
      S: a NO [METADATA TOOMANY] There are too many entries
      C: b GETMETADATA INBOX /shared/comment
      S: * METADATA INBOX (/shared/comment NIL)
      S: b OK GETMETADATA completed
    `);
  });

  test('says how large a value may be', async () => {
    client.write(`a SETMETADATA INBOX (/shared/comment {32769+}\r\n${'x'.repeat(32_769)})\r\n`);
    await client.play('S: a NO [METADATA MAXSIZE 32768] The value is too large');
    client.write(`b SETMETADATA INBOX (/shared/comment {200000+}\r\n${'x'.repeat(200_000)})\r\nc NOOP\r\n`);
    await client.play(`
      S: b NO [METADATA MAXSIZE 32768] The value is too large
      S: c OK NOOP completed
      C: d SETMETADATA INBOX (/shared/comment {200000}
      S: d NO [METADATA MAXSIZE 32768] The value is too large
    `);
  });

  test("lets nobody set the server's shared entries, and everybody private ones", async () => {
    await client.play(`
      C: a SETMETADATA "" (/shared/comment "mine")
      S: a NO [NOPERM] <…>
      C: b SETMETADATA "" (/shared/admin "mailto:me@server1.com")
      S: b NO [NOPERM] <…>
      C: c SETMETADATA "" (/private/vendor/x/theme "dark")
      S: c OK SETMETADATA completed
    `);
    const anna = await office.openImap(null, 'anna');
    expect(await anna.ask('GETMETADATA "" /private/vendor/x/theme')).toEqual([
      '* METADATA "" (/private/vendor/x/theme NIL)',
    ]);
  });

  test.each([
    'SETMETADATA INBOX (/shared "x")',
    'SETMETADATA INBOX (/comment "x")',
    'SETMETADATA INBOX (/shared//comment "x")',
    'SETMETADATA INBOX (/shared/comment/ "x")',
    'SETMETADATA INBOX ("/shared/com*ment" "x")',
    'SETMETADATA INBOX ("/shared/com%ment" "x")',
    'SETMETADATA INBOX (/shared/vendor "x")',
    'SETMETADATA INBOX (/shared/vendor/token "x")',
    'SETMETADATA INBOX ("/shared/commént" "x")',
    `SETMETADATA INBOX (/shared/${'x'.repeat(250)} "x")`,
    'SETMETADATA INBOX ()',
    'SETMETADATA INBOX (/shared/comment)',
    'SETMETADATA INBOX (/shared/comment atom)',
    'GETMETADATA INBOX',
    'GETMETADATA INBOX ()',
    'GETMETADATA INBOX (DEPTH 2) /shared',
    'GETMETADATA INBOX (NONSENSE 2) /shared',
    'LIST "" * RETURN (METADATA)',
    'LIST "" * RETURN (METADATA ())',
  ])('%s is BAD', async (command) => {
    expect((await client.transact(command)).completion).toMatch(/^BAD /);
  });

  test('what is private is hidden from the transcript', async () => {
    await client.ask('SETMETADATA INBOX (/private/comment "secret plan")');
    await client.ask('GETMETADATA INBOX /private/comment');
    const lines = JSON.stringify(office.transcripts);
    expect(lines).toContain('* METADATA INBOX (/private/comment (…))');
    expect(lines).toContain('SETMETADATA INBOX (/private/comment (…))');
    expect(lines).not.toContain('secret plan');
  });
});

describe('RFC 5464 §4.4.2 unsolicited METADATA', () => {
  test('tells others, who have enabled it, the names', async () => {
    const other = await office.openImap();
    const deaf = await office.openImap();
    await client.play(`
      C: a ENABLE METADATA
      S: * ENABLED METADATA
      S: a OK ENABLE completed
    `);
    await other.ask('SETMETADATA INBOX (/shared/comment "a" /private/comment "b")');
    await other.ask('SETMETADATA "" (/private/vendor/x/y "c")');
    await client.play(`
      C: b NOOP
      S: * METADATA INBOX /shared/comment /private/comment
      S: * METADATA "" /private/vendor/x/y
      S: b OK NOOP completed
      C: c SETMETADATA INBOX (/shared/comment "mine")
      S: c OK SETMETADATA completed
      C: d IDLE
      S: + idling
    `);
    expect(await deaf.ask('NOOP')).toEqual([]);
    await other.ask('SETMETADATA INBOX (/shared/comment NIL /private/comment "b")');
    await client.play(`
      S: * METADATA INBOX /shared/comment
      C: DONE
      S: d OK IDLE completed
    `);
  });

  test("tells nothing of other people's mailboxes", async () => {
    await client.ask('ENABLE METADATA');
    const anna = await office.openImap('INBOX', 'anna');
    await anna.ask('SETMETADATA INBOX (/shared/comment "a")');
    await anna.ask('SETMETADATA "" (/private/vendor/x/y "a")');
    expect(await client.ask('NOOP')).toEqual([]);
  });

  test('RFC 7162 §3.2: a change raises the HIGHESTMODSEQ of the mailbox', async () => {
    const before = (await office.store.findMailbox(TOM, 'INBOX'))?.highestModSeq ?? 0;
    await client.ask('SETMETADATA INBOX (/shared/comment "a")');
    expect(await client.ask('STATUS INBOX (HIGHESTMODSEQ)')).toEqual([
      `* STATUS INBOX (HIGHESTMODSEQ ${before + 1})`,
    ]);
  });
});

describe('RFC 9590 LIST … RETURN (METADATA (…))', () => {
  const color = '/shared/vendor/cmu/cyrus-imapd/color';

  test('gives annotations with the mailboxes, NIL where there are none, and nothing for what is no mailbox', async () => {
    await client.ask('CREATE foo');
    await client.ask(`SETMETADATA INBOX (${color} "#b71c1c")`);
    await office.store.setSubscribed(TOM, 'bar', true);
    await client.play(`
      C: A01 LIST (SUBSCRIBED) "" (INBOX foo bar) RETURN (METADATA ("${color}"))
      S: * LIST (\\Subscribed) "/" INBOX
      S: * METADATA INBOX (${color} "#b71c1c")
      S: * LIST (\\NonExistent \\Subscribed) "/" bar
      S: A01 OK LIST completed
      C: A02 LIST "" (INBOX foo) RETURN (METADATA ("${color}" /private/comment) STATUS (MESSAGES))
      S: * LIST () "/" INBOX
      S: * STATUS INBOX (MESSAGES 1)
      S: * METADATA INBOX (${color} "#b71c1c" /private/comment NIL)
      S: * LIST () "/" foo
      S: * STATUS foo (MESSAGES 0)
      S: * METADATA foo (${color} NIL /private/comment NIL)
      S: A02 OK LIST completed
    `);
  });

  test('gives none for a mailbox that is only shown for its children', async () => {
    await client.ask('CREATE foo/sub');
    await client.ask('SUBSCRIBE foo/sub');
    await client.play(`
      C: A02 LIST (SUBSCRIBED RECURSIVEMATCH) "" (INBOX foo) RETURN (METADATA ("${color}"))
      S: * LIST (\\Subscribed) "/" INBOX
      S: * METADATA INBOX (${color} NIL)
      S: * LIST () "/" foo ("CHILDINFO" ("SUBSCRIBED"))
      S: A02 OK LIST completed
    `);
  });
});
