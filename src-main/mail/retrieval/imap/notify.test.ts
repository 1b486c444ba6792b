import { beforeEach, describe, expect, test } from 'vitest';
import type { Mailbox } from '../../mailstore/port.ts';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ANNA, ReadingOffice, TOM } from '../../../../test/support/reading-office.ts';

let office: ReadingOffice;
let client: DialogueClient;
let other: DialogueClient;

beforeEach(async () => {
  office = new ReadingOffice();
  for (let i = 1; i <= 3; i++) await office.arrive(`Subject: m${i}\n\nbody\n`);
  other = await office.openImap();
  await other.ask('CREATE Lists/Lemonade');
  await other.ask('CREATE Lists/Im2000');
  await other.ask('CREATE misc');
  await office.arrive('Subject: old\n\n', { mailbox: 'Lists/Lemonade' });
  client = await office.openImap(null);
});

const MAIL = 'From: alice@example.org\nTo: bob@example.org\nSubject: Re: good morning\n\nbody\n';

describe('RFC 5465 §3.1 NOTIFY', () => {
  test('the example: STATUS at first and between commands, and header fields of what is new', async () => {
    await client.play(`
      C: b notify set status (selected MessageNew (uid body.peek[header.fields (from to subject)]) MessageExpunge) (subtree Lists MessageNew MessageExpunge)
      S: * STATUS Lists (MESSAGES 0 UIDNEXT 1 UIDVALIDITY <…>)
      S: * STATUS Lists/Im2000 (MESSAGES 0 UIDNEXT 1 UIDVALIDITY <…>)
      S: * STATUS Lists/Lemonade (MESSAGES 1 UIDNEXT 2 UIDVALIDITY <…>)
      S: b OK NOTIFY completed
    `);
    await client.ask('SELECT INBOX');
    await office.arrive(MAIL, { mailbox: 'Lists/Lemonade' });
    await client.play('S: * STATUS Lists/Lemonade (MESSAGES 2 UIDNEXT 3 UIDVALIDITY <…>)');
    await office.arrive(MAIL);
    await client.play(`
      S: * 4 EXISTS
      S: * 4 FETCH (UID 4 BODY[HEADER.FIELDS (from to subject)] {75}
      S: From: alice@example.org
      S: To: bob@example.org
      S: Subject: Re: good morning
      S:
      S: )
      C: d STATUS misc (UIDVALIDITY UIDNEXT MESSAGES)
      S: * STATUS misc (UIDVALIDITY <…> UIDNEXT 1 MESSAGES 0)
      S: d OK STATUS completed
      C: e notify set (selected MessageNew (uid) MessageExpunge) (subtree Lists MessageNew MessageExpunge) (mailboxes misc MessageNew MessageExpunge)
      S: e OK NOTIFY completed
    `);
    await office.arrive(MAIL, { mailbox: 'misc' });
    await client.play('S: * STATUS misc (MESSAGES 1 UIDNEXT 2 UIDVALIDITY <…>)');
  });

  test('events that there are not are refused with those that there are', async () => {
    await client.play(`
      C: a NOTIFY SET (personal (MessageNew MessageExpunge AnnotationChange))
      S: a NO [BADEVENT (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange ServerMetadataChange)] <…>
      C: b NOTIFY SET (personal (Nonsense))
      S: b NO [BADEVENT <…>
    `);
  });

  test.each([
    'NOTIFY',
    'NOTIFY SET',
    'NOTIFY SET ()',
    'NOTIFY SET (personal)',
    'NOTIFY SET (personal ())',
    'NOTIFY SET (nonsense (MailboxName))',
    'NOTIFY SET (subtree-one Lists (MailboxName))',
    'NOTIFY SET (mailboxes (MailboxName))',
    'NOTIFY SET (personal (MessageNew))',
    'NOTIFY SET (personal (MessageExpunge))',
    'NOTIFY SET (personal (FlagChange))',
    'NOTIFY SET (personal (MessageNew (uid) MessageExpunge))',
    'NOTIFY SET (selected (MessageNew MessageExpunge MailboxName))',
    'NOTIFY SET (selected NONE) (selected-delayed NONE)',
    'NOTIFY SET (selected (MessageNew (nonsense) MessageExpunge))',
    'NOTIFY NONE NONE',
  ])('%s is BAD', async (command) => {
    expect((await client.transact(command)).completion).toMatch(/^BAD /);
  });

  test('tells what has gathered of the selected mailbox, as a NOOP does', async () => {
    await client.ask('SELECT INBOX');
    await other.ask('STORE 1 +FLAGS (\\Deleted)');
    await other.ask('EXPUNGE');
    await office.arrive(MAIL);
    await client.play(`
      C: a NOTIFY SET (personal NONE)
      S: * 1 EXPUNGE
      S: * 3 EXISTS
      S: a OK NOTIFY completed
    `);
  });

  test('NONE is silence, except for what the client itself does', async () => {
    await client.ask('SELECT INBOX');
    await client.ask('NOTIFY NONE');
    await other.ask('STORE 1 +FLAGS (\\Deleted)');
    await office.arrive(MAIL);
    await client.play(`
      C: a NOOP
      S: a OK NOOP completed
      C: b IDLE
      S: + idling
      C: DONE
      S: b OK IDLE completed
      C: c UID EXPUNGE 1
      S: * 1 EXPUNGE
      S: * 3 EXISTS
      S: c OK EXPUNGE completed
      C: d UID STORE 2 +FLAGS (\\Seen)
      S: * 1 FETCH (UID 2 FLAGS (\\Seen))
      S: d OK STORE completed
    `);
  });

  test('SET without SELECTED is silence for the selected mailbox, and sound for others', async () => {
    await client.ask('SELECT INBOX');
    await client.ask('NOTIFY SET (personal (MessageNew MessageExpunge))');
    await office.arrive(MAIL);
    await office.arrive(MAIL, { mailbox: 'misc' });
    await client.play(`
      S: * STATUS misc (MESSAGES 1 UIDNEXT 2 UIDVALIDITY <…>)
      C: a NOOP
      S: a OK NOOP completed
    `);
  });
});

describe('RFC 5465 §5 events of messages', () => {
  test('in the selected mailbox, between commands', async () => {
    await client.ask('SELECT INBOX');
    await client.ask('NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))');
    await other.ask('STORE 2 +FLAGS ($Junk)');
    await client.play(`
      S: * FLAGS <…>
      S: * 2 FETCH (UID 2 FLAGS ($Junk))
    `);
    await office.arrive(MAIL);
    await client.play('S: * 4 EXISTS');
    await other.ask('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await client.play('S: * 1 FETCH (UID 1 FLAGS (\\Deleted))');
    await other.ask('EXPUNGE');
    await client.play(`
      S: * 1 EXPUNGE
      C: a UID FETCH 4 FLAGS
      S: * 3 FETCH (UID 4 FLAGS ())
      S: a OK FETCH completed
    `);
  });

  test('with QRESYNC, expunged messages are VANISHED and flags come with MODSEQ', async () => {
    await client.ask('ENABLE QRESYNC');
    await client.ask('SELECT INBOX');
    await client.ask('NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge FlagChange))');
    await other.ask('STORE 3 +FLAGS (\\Deleted)');
    await client.play('S: * 3 FETCH (UID 3 FLAGS (\\Deleted) MODSEQ (5))');
    await other.ask('EXPUNGE');
    await client.play('S: * VANISHED 3');
    await office.arrive(MAIL);
    await client.play(`
      S: * 3 EXISTS
      S: * 3 FETCH (UID 4 FLAGS () MODSEQ (7))
    `);
  });

  test('without FlagChange flags are not told', async () => {
    await client.ask('SELECT INBOX');
    await client.ask('NOTIFY SET (selected (MessageNew MessageExpunge))');
    await other.ask('STORE 2 +FLAGS (\\Seen)');
    await office.arrive(MAIL);
    await client.play(`
      S: * 4 EXISTS
      C: a NOOP
      S: a OK NOOP completed
    `);
  });

  test('§6.1.2 SELECTED-DELAYED keeps EXPUNGE until a command that may tell it, so that numbers stay', async () => {
    await client.ask('SELECT INBOX');
    await client.ask('NOTIFY SET (selected-delayed (MessageNew MessageExpunge FlagChange))');
    await other.ask('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await client.play('S: * 1 FETCH (UID 1 FLAGS (\\Deleted))');
    await other.ask('EXPUNGE');
    await office.arrive(MAIL);
    await client.play(`
      S: * 4 EXISTS
      C: a FETCH 2 UID
      S: * 2 FETCH (UID 2)
      S: a OK FETCH completed
      C: b NOOP
      S: * 1 EXPUNGE
      S: b OK NOOP completed
    `);
  });

  test('§4 IDLE tells the same, and may expunge', async () => {
    await client.ask('SELECT INBOX');
    await client.ask(
      'NOTIFY SET (selected-delayed (MessageNew (UID) MessageExpunge)) (personal (MessageNew MessageExpunge))',
    );
    await client.play(`
      C: a IDLE
      S: + idling
    `);
    await other.ask('STORE 1 +FLAGS.SILENT (\\Deleted)');
    await other.ask('EXPUNGE');
    await client.play('S: * 1 EXPUNGE');
    await office.arrive(MAIL);
    await client.play(`
      S: * 3 EXISTS
      S: * 3 FETCH (UID 4)
    `);
    await office.arrive(MAIL, { mailbox: 'misc' });
    await client.play(`
      S: * STATUS misc (MESSAGES 1 UIDNEXT 2 UIDVALIDITY <…>)
      C: DONE
      S: a OK IDLE completed
    `);
  });

  test('in other mailboxes: UNSEEN without CONDSTORE, HIGHESTMODSEQ with it', async () => {
    const events = 'NOTIFY SET (personal (MessageNew MessageExpunge FlagChange))';
    await client.ask(events);
    const aware = await office.openImap(null);
    await aware.ask('ENABLE CONDSTORE');
    await aware.ask(events);
    await other.ask('STORE 1 +FLAGS (\\Seen)');
    await client.play('S: * STATUS INBOX (UIDVALIDITY <…> UNSEEN 2)');
    await aware.play('S: * STATUS INBOX (UIDVALIDITY <…> UNSEEN 2 HIGHESTMODSEQ 5)');
    await other.ask('STORE 1 +FLAGS (\\Flagged)');
    await aware.play('S: * STATUS INBOX (UIDVALIDITY <…> UNSEEN 2 HIGHESTMODSEQ 6)');
    await other.ask('STORE 1 +FLAGS (\\Deleted)');
    await other.ask('EXPUNGE');
    await client.play('S: * STATUS INBOX (MESSAGES 2 UIDNEXT 4 UIDVALIDITY <…> UNSEEN 2)');
  });

  test('§5: what the client does itself is no news', async () => {
    await client.ask('SELECT INBOX');
    await client.ask(
      'NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge)) (personal (MessageNew MessageExpunge FlagChange MailboxName SubscriptionChange MailboxMetadataChange))',
    );
    await client.play(`
      C: a1 APPEND INBOX {3+}
      C: abc
      S: * 4 EXISTS
      S: a1 OK <…>
      C: a2 APPEND misc {3+}
      C: abc
      S: a2 OK <…>
      C: a3 COPY 1 misc
      S: a3 OK <…>
      C: a4 MOVE 2 misc
      S: * OK [COPYUID <…>
      S: * 2 EXPUNGE
      S: a4 OK <…>
      C: a5 CREATE New/Deep
      S: a5 OK <…>
      C: a6 RENAME New Newer
      S: a6 OK <…>
      C: a7 SUBSCRIBE Newer
      S: a7 OK <…>
      C: a8 UNSUBSCRIBE Newer
      S: a8 OK <…>
      C: a9 DELETE Newer/Deep
      S: a9 OK <…>
      C: b1 SETMETADATA misc (/shared/comment "x")
      S: b1 OK <…>
      C: b2 NOOP
      S: b2 OK NOOP completed
    `);
    await office.arrive(MAIL, { mailbox: 'misc' });
    await client.play('S: * STATUS misc (MESSAGES 4 UIDNEXT 5 UIDVALIDITY <…> UNSEEN 4)');
  });

  test('a mailbox that is left is one of the others, and what was not heard of it is news', async () => {
    await client.ask(
      'NOTIFY SET (selected-delayed (MessageNew MessageExpunge)) (personal (MessageNew MessageExpunge))',
    );
    await client.ask('SELECT INBOX');
    await other.ask('STORE 1 +FLAGS (\\Deleted)');
    await other.ask('EXPUNGE');
    await client.play(`
      C: a UNSELECT
      S: a OK UNSELECT completed
      S: * STATUS INBOX (MESSAGES 2 UIDNEXT 4 UIDVALIDITY <…>)
      C: b SELECT INBOX
      S: * FLAGS <…>
      S: * 2 EXISTS
      S: * 0 RECENT
      S: * OK [UNSEEN <…>
      S: * OK [PERMANENTFLAGS <…>
      S: * OK [UIDVALIDITY <…>
      S: * OK [UIDNEXT <…>
      S: * OK [HIGHESTMODSEQ <…>
      S: * OK [MAILBOXID <…>
      S: b OK <…>
      C: c CLOSE
      S: c OK <…>
      C: d NOOP
      S: d OK NOOP completed
    `);
  });
});

describe('RFC 5465 §5.4, §5.5 events of mailboxes', () => {
  beforeEach(() => client.ask('NOTIFY SET (personal (MailboxName SubscriptionChange))'));

  test('a mailbox is made, subscribed, renamed and deleted', async () => {
    await other.ask('CREATE NewMailbox');
    await client.play('S: * LIST (\\HasNoChildren) "/" NewMailbox');
    await other.ask('SUBSCRIBE NewMailbox');
    await client.play('S: * LIST (\\Subscribed \\HasNoChildren) "/" NewMailbox');
    await other.ask('RENAME NewMailbox Newest');
    await client.play('S: * LIST (\\Subscribed \\HasNoChildren) "/" Newest ("OLDNAME" (NewMailbox))');
    await other.ask('UNSUBSCRIBE Newest');
    await client.play('S: * LIST (\\HasNoChildren) "/" Newest');
    await other.ask('DELETE Newest');
    await client.play('S: * LIST (\\NonExistent \\HasNoChildren) "/" Newest');
  });

  test('the direct parent of what comes or goes is affected; children that are renamed along are not told', async () => {
    await other.ask('CREATE misc/sub/deep');
    await client.play(`
      S: * LIST (\\HasChildren) "/" misc/sub
      S: * LIST (\\HasChildren) "/" misc
      S: * LIST (\\HasNoChildren) "/" misc/sub/deep
    `);
    await other.ask('RENAME misc other');
    await client.play('S: * LIST (\\HasChildren) "/" other ("OLDNAME" (misc))');
    await other.ask('DELETE other/sub/deep');
    await client.play(`
      S: * LIST (\\NonExistent \\HasNoChildren) "/" other/sub/deep
      S: * LIST (\\HasNoChildren) "/" other/sub
    `);
  });

  test('INBOX that is renamed is a new mailbox', async () => {
    await other.ask('RENAME INBOX Before');
    await client.play(`
      S: * LIST (\\HasNoChildren) "/" Before
      C: a NOOP
      S: a OK NOOP completed
    `);
  });

  test('what comes and goes while the client is silent is told as it is', async () => {
    const silent = await office.openImap(null);
    await silent.ask('NOTIFY SET (subtree misc (MailboxName)) (subscribed (MailboxName))');
    await other.ask('CREATE Elsewhere');
    await other.ask('CREATE misc/a');
    await silent.play(`
      S: * LIST (\\HasNoChildren) "/" misc/a
      S: * LIST (\\HasChildren) "/" misc
    `);
    await other.ask('DELETE Elsewhere');
    await other.ask('RENAME Sent Gone');
    await silent.play('S: * LIST (\\Subscribed \\HasNoChildren \\Sent) "/" Gone ("OLDNAME" (Sent))');
  });

  test("nothing is told of other people's mailboxes", async () => {
    const anna = await office.openImap('INBOX', 'anna');
    await client.ask(
      'NOTIFY SET (personal (MessageNew MessageExpunge MailboxName SubscriptionChange MailboxMetadataChange))',
    );
    await anna.ask('CREATE Hers');
    await office.arrive(MAIL, { accountId: ANNA });
    await anna.ask('SETMETADATA INBOX (/shared/comment "x")');
    await other.ask('CREATE Mine');
    await client.play('S: * LIST (\\HasNoChildren) "/" Mine');
  });
});

describe('RFC 5465 §5.6, §5.7 events of metadata', () => {
  test('are names of entries, without ENABLE METADATA', async () => {
    await client.ask(
      'NOTIFY SET (mailboxes INBOX (MailboxMetadataChange)) (personal (ServerMetadataChange))',
    );
    await other.ask('SETMETADATA misc (/shared/comment "not asked for")');
    await other.ask('SETMETADATA INBOX (/shared/comment "x")');
    await client.play('S: * METADATA INBOX /shared/comment');
    await other.ask('SETMETADATA INBOX (/shared/comment NIL)');
    await client.play('S: * METADATA INBOX /shared/comment');
    const values = [{ name: '/shared/comment', value: Buffer.from('x') }];
    await office.store.metadata.set('server', { writer: ANNA, origin: 'console', values });
    await client.play('S: * METADATA "" /shared/comment');
  });
});

describe('RFC 5465 §5.8, §9 a client that does not read', () => {
  test('costs a bounded heap of marks, and is told that it is not told', async () => {
    await client.ask('SELECT INBOX');
    await client.ask(
      'NOTIFY SET (selected (MessageNew MessageExpunge)) (personal (MailboxName ServerMetadataChange))',
    );
    // While a command is under way, nothing is told: here one whose literal does not come.
    client.write('a1 STATUS {5}\r\n');
    await client.play('S: + Ready for the literal');
    for (let round = 0; round < 110; round++) {
      const values = Array.from({ length: 100 }, (_, index) => {
        return { name: `/shared/vendor/${round}/${index}`, value: Buffer.from('x') };
      });
      await office.store.metadata.set('server', { writer: ANNA, origin: '', values });
      const gone = values.map(({ name }) => ({ name, value: null }));
      await office.store.metadata.set('server', { writer: ANNA, origin: '', values: gone });
    }
    client.write('INBOX (MESSAGES)\r\n');
    await client.play(`
      S: * STATUS INBOX (MESSAGES 3)
      S: * OK [NOTIFICATIONOVERFLOW] <…>
      S: a1 OK STATUS completed
    `);
    await office.arrive(MAIL);
    expect(await client.ask('NOOP')).toEqual([]);
    await client.ask('NOTIFY SET (selected (MessageNew MessageExpunge))');
    await office.arrive(MAIL);
    await client.play('S: * 5 EXISTS');
  });

  test('commands and notifications never mix: a response is whole before the next begins', async () => {
    await client.ask('SELECT INBOX');
    await client.ask('NOTIFY SET (selected (MessageNew (UID BODY.PEEK[]) MessageExpunge))');
    const body = 'x'.repeat(300_000);
    const arriving = Array.from({ length: 5 }, () => office.arrive(`Subject: x\n\n${body}\n`));
    for (let i = 0; i < 20; i++) client.write(`n${i} NOOP\r\nl${i} STATUS {5}\r\n`);
    await Promise.all(arriving);
    for (let i = 0; i < 20; i++) client.write('INBOX (MESSAGES)\r\n');
    client.write('end NOOP\r\n');
    const { untagged } = await client.readCompletion('end');
    expect(untagged.filter((line) => line === body)).toHaveLength(5);
    expect(untagged.filter((line) => /^\* \d FETCH \(UID \d BODY\[\] \{300016\}$/.test(line))).toHaveLength(
      5,
    );
  });

  test('NOTIFY is refused where there is too much to watch', async () => {
    const mailboxes = await office.store.listMailboxes(TOM);
    office.store.listMailboxes = () =>
      Promise.resolve(Array.from({ length: 10_001 }, () => mailboxes[0] as Mailbox));
    await client.play(`
      C: a NOTIFY SET (personal (MailboxName))
      S: a NO [NOTIFICATIONOVERFLOW] <…>
    `);
  });
});
