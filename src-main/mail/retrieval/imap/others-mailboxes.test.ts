/** What the extensions make of mailboxes of others: rights count in every one of them (RFC 4314 §4). */
import { beforeEach, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ANNA, ReadingOffice } from '../../../../test/support/reading-office.ts';

const PLANS = '"Other Users/anna/Plans"';

let office: ReadingOffice;
let tom: DialogueClient;
let anna: DialogueClient;

beforeEach(async () => {
  office = new ReadingOffice();
  anna = await office.openImap(null, 'anna');
  tom = await office.openImap(null);
  await anna.ask('CREATE Plans');
  await office.arrive('Subject: plan\n\nx\n', { accountId: ANNA, mailbox: 'Plans' });
});

test('METADATA (RFC 5464 §3.3): who may read reads and keeps private entries, who may write sets the shared ones', async () => {
  await anna.ask('SETMETADATA Plans (/shared/comment "of the house" /private/comment "mine")');
  await tom.play(`
    C: a1 GETMETADATA ${PLANS} /shared/comment
    S: a1 NO [NONEXISTENT] No such mailbox
  `);
  await anna.ask('SETACL Plans tom@server1.com lr');
  await tom.play(`
    C: a2 GETMETADATA ${PLANS} (/shared/comment /private/comment)
    S: * METADATA ${PLANS} (/shared/comment "of the house" /private/comment NIL)
    S: a2 OK GETMETADATA completed
    C: a3 SETMETADATA ${PLANS} (/private/comment "of tom")
    S: a3 OK SETMETADATA completed
    C: a4 SETMETADATA ${PLANS} (/shared/comment "of tom")
    S: a4 NO [NOPERM] You have no right to do this here
    C: a5 LIST "" ${PLANS} RETURN (METADATA (/private/comment))
    S: * LIST () "/" ${PLANS}
    S: * METADATA ${PLANS} (/private/comment "of tom")
    S: a5 OK LIST completed
  `);
  await anna.play(
    `
    C: b1 GETMETADATA Plans /private/comment
    S: * METADATA Plans (/private/comment mine)
    S: b1 OK GETMETADATA completed
  `.replace('(/private/comment mine)', '(/private/comment "mine")'),
  );
});

test('MULTISEARCH (RFC 7377): others are searched where they are named, as their reader sees them', async () => {
  await tom.play(`
    C: a1 ESEARCH IN (subtree "Other Users") ALL
    S: a1 OK ESEARCH completed
  `);
  await anna.ask('SETACL Plans tom@server1.com lr');
  await anna.ask('SELECT Plans');
  await anna.ask('STORE 1 +FLAGS (\\Seen)');
  await tom.play(`
    C: a2 ESEARCH IN (subtree "Other Users") UNSEEN
    S: * ESEARCH (TAG "a2" MAILBOX ${PLANS} UIDVALIDITY <…>) UID ALL 1
    S: a2 OK ESEARCH completed
    C: a3 ESEARCH IN (personal) ALL
    S: a3 OK ESEARCH completed
  `);
});

test('NOTIFY (RFC 5465): a mailbox of somebody else is heard of while it may be read', async () => {
  await anna.ask('SETACL Plans tom@server1.com lr');
  await tom.play(`
    C: a1 NOTIFY SET (mailboxes ${PLANS} (MessageNew MessageExpunge))
    S: a1 OK NOTIFY completed
  `);
  await office.arrive('Subject: second\n\nx\n', { accountId: ANNA, mailbox: 'Plans' });
  expect(await tom.readLine()).toMatch(/^\* STATUS "Other Users\/anna\/Plans" \(MESSAGES 2 UIDNEXT 3 /);
  await anna.ask('DELETEACL Plans tom@server1.com');
  await office.arrive('Subject: third\n\nx\n', { accountId: ANNA, mailbox: 'Plans' });
  await tom.play(`
    C: a2 NOOP
    S: a2 OK NOOP completed
  `);
});

test('NOTIFY with MailboxName: a mailbox that is shared now appears, one that is not any more goes', async () => {
  await tom.play(`
    C: a1 NOTIFY SET (subtree "Other Users" (MailboxName))
    S: a1 OK NOTIFY completed
  `);
  await anna.ask('SETACL Plans tom@server1.com lr');
  expect(await tom.readLine()).toBe(`* LIST (\\HasNoChildren) "/" ${PLANS}`);
  await anna.ask('DELETEACL Plans tom@server1.com');
  expect(await tom.readLine()).toBe(`* LIST (\\NonExistent \\HasNoChildren) "/" ${PLANS}`);
});

test('CATENATE (RFC 4469): a part of what may not be read is no part', async () => {
  const append = (tag: string) =>
    `C: ${tag} APPEND INBOX CATENATE (URL "/Other%20Users/anna/Plans/;UID=1" TEXT {3+}\nC: end)`;
  await tom.play(`
    ${append('a1')}
    S: a1 NO [BADURL "/Other%20Users/anna/Plans/;UID=1"] This URL names nothing that can be appended
  `);
  await anna.ask('SETACL Plans tom@server1.com lr');
  await tom.play(`
    ${append('a2')}
    S: a2 OK [APPENDUID <…> 1] APPEND completed
  `);
});

test('LIST-METADATA (RFC 9590): who may only look a mailbox up is told of no annotation', async () => {
  await anna.ask('SETMETADATA Plans (/shared/comment "of the house")');
  await anna.ask('SETACL Plans tom@server1.com l');
  expect(await tom.ask(`LIST "" ${PLANS} RETURN (METADATA (/shared/comment))`)).toEqual([
    `* LIST () "/" ${PLANS}`,
  ]);
});

test('MULTISEARCH (RFC 7377): a mailbox of somebody else may be one that is subscribed', async () => {
  await anna.ask('SETACL Plans tom@server1.com lr');
  await tom.ask(`SUBSCRIBE ${PLANS}`);
  expect((await tom.ask('ESEARCH IN (subscribed) RETURN (COUNT) ALL')).join()).toContain(`MAILBOX ${PLANS}`);
  await anna.ask('SETACL Plans tom@server1.com l');
  expect((await tom.ask('ESEARCH IN (subscribed) RETURN (COUNT) ALL')).join()).not.toContain(PLANS);
});

test('UIDONLY and PARTIAL (RFC 9586, RFC 9394): answers are about what the reader has seen', async () => {
  await office.arrive('Subject: second\n\nx\n', { accountId: ANNA, mailbox: 'Plans', flags: ['\\Seen'] });
  await anna.ask('SETACL Plans tom@server1.com lrs');
  await tom.ask('ENABLE UIDONLY');
  await tom.ask(`SELECT ${PLANS}`);
  await tom.play(`
    C: a1 UID STORE 1 +FLAGS (\\Seen \\Flagged)
    S: * 1 UIDFETCH (FLAGS (\\Seen))
    S: a1 OK STORE completed
    C: a2 UID FETCH 1:2 FLAGS
    S: * 1 UIDFETCH (FLAGS (\\Seen))
    S: * 2 UIDFETCH (FLAGS ())
    S: a2 OK FETCH completed
    C: a3 UID SEARCH RETURN (PARTIAL -1:-5) UNSEEN
    S: * ESEARCH (TAG "a3") UID PARTIAL (-1:-5 2)
    S: a3 OK SEARCH completed
  `);
});
