import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const TOM = 'tom@server1.com lrswipkxtecda';

async function open() {
  const office = new ReadingOffice();
  const client = await office.openImap(null);
  await client.ask('CREATE INBOX/Drafts');
  return { office, client };
}

describe('RFC 4314 §2.1.1: the rights c and d of RFC 2086', () => {
  test('d stands for e and t, and is returned with them', async () => {
    const { client } = await open();
    await client.play(`
      C: A001 SeTacl INBOX/Drafts anna@server1.com lrswida
      S: A001 OK SETACL completed
      C: A002 getacl INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM} anna@server1.com lrswiteda
      S: A002 OK GETACL completed
    `);
  });

  test('c is returned with k', async () => {
    const { client } = await open();
    await client.play(`
      C: A003 Setacl INBOX/Drafts anna@server1.com lrswikda
      S: A003 OK SETACL completed
      C: A004 getAcl INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM} anna@server1.com lrswiktecda
      S: A004 OK GETACL completed
    `);
  });
});

describe('RFC 4314 §3.1 SETACL', () => {
  test('adds rights with +, takes them with -, replaces them otherwise', async () => {
    const { client } = await open();
    await client.ask('SETACL INBOX/Drafts anna@server1.com lrswi');
    await client.play(`
      C: A001 GETACL INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM} anna@server1.com lrswi
      S: A001 OK GETACL completed
      C: A002 SETACL INBOX/Drafts anna@server1.com +cda
      S: A002 OK SETACL completed
      C: A003 GETACL INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM} anna@server1.com lrswikxtecda
      S: A003 OK GETACL completed
      C: A004 SETACL INBOX/Drafts anna@server1.com -swicd
      S: A004 OK SETACL completed
      C: A005 GETACL INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM} anna@server1.com lra
      S: A005 OK GETACL completed
      C: A006 SETACL INBOX/Drafts anna@server1.com ""
      S: A006 OK SETACL completed
      C: A007 GETACL INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM}
      S: A007 OK GETACL completed
    `);
  });

  test.each(['lrQswicda', 'lrqswicda', '+n', 'lr5'])('answers the rights %s with BAD', async (rights) => {
    const { client } = await open();
    const { completion } = await client.transact(`SETACL INBOX/Drafts anna@server1.com ${rights}`);
    expect(completion).toMatch(/^BAD /);
  });

  test.each([
    'SETACL INBOX',
    'SETACL INBOX anna@server1.com',
    'SETACL INBOX "" lr',
    'LISTRIGHTS INBOX',
    'MYRIGHTS',
  ])('answers %s with BAD', async (command) => {
    const { client } = await open();
    expect((await client.transact(command)).completion).toMatch(/^BAD /);
  });

  test('finds an account by its address in any case, and nobody by an alias or a name that is none', async () => {
    const { client } = await open();
    await client.ask('SETACL INBOX Anna@Server1.COM lr');
    expect(await client.ask('GETACL INBOX')).toEqual([`* ACL INBOX ${TOM} anna@server1.com lr`]);
    for (const identifier of ['boss@server1.com', 'nobody@server1.com', 'fred', 'jack@server2.com']) {
      const { completion } = await client.transact(`SETACL INBOX ${identifier} lr`);
      expect(completion).toBe('NO [CANNOT] Nobody here has this name');
    }
  });

  test('leaves the owner all rights', async () => {
    const { client } = await open();
    await client.play(`
      C: a1 SETACL INBOX tom@server1.com lr
      S: a1 NO [CANNOT] The owner always has all rights
      C: a2 SETACL INBOX tom@server1.com lrswipkxtecda
      S: a2 OK The owner has all rights
      C: a3 SETACL INBOX -tom@server1.com w
      S: a3 NO [CANNOT] The owner always has all rights
      C: a4 DELETEACL INBOX tom@server1.com
      S: a4 NO [CANNOT] The owner always has all rights
      C: a5 MYRIGHTS INBOX
      S: * MYRIGHTS INBOX lrswipkxtecda
      S: a5 OK MYRIGHTS completed
    `);
  });

  test('may be followed by MYRIGHTS in one go (§5.1.1)', async () => {
    const { office, client } = await open();
    await office.share('lra');
    const anna = await office.openImap(null, 'anna');
    await anna.play(`
      C: a1 SETACL "Other Users/tom" anna@server1.com +w
      C: a2 MYRIGHTS "Other Users/tom"
      S: a1 OK SETACL completed
      S: * MYRIGHTS "Other Users/tom" lrwa
      S: a2 OK MYRIGHTS completed
    `);
    await client.leave();
  });
});

describe('RFC 4314 §3.2 DELETEACL', () => {
  test('removes one entry, and what is negative is another one', async () => {
    const { client } = await open();
    await client.ask('SETACL INBOX anna@server1.com lrsw');
    await client.ask('SETACL INBOX -anna@server1.com wetd');
    await client.ask('SETACL INBOX anyone l');
    await client.play(`
      C: B001 getacl INBOX
      S: * ACL INBOX ${TOM} anyone l anna@server1.com lrsw -anna@server1.com wted
      S: B001 OK GETACL completed
      C: B002 DeleteAcl INBOX anna@server1.com
      S: B002 OK DELETEACL completed
      C: B003 GETACL INBOX
      S: * ACL INBOX ${TOM} anyone l -anna@server1.com wted
      S: B003 OK GETACL completed
    `);
  });

  test('works for an account that is switched off', async () => {
    const { office, client } = await open();
    await client.ask('SETACL INBOX anna@server1.com lr');
    office.directory.disable('anna@server1.com');
    await client.ask('DELETEACL INBOX anna@server1.com');
    expect(await client.ask('GETACL INBOX')).toEqual([`* ACL INBOX ${TOM}`]);
  });
});

describe('RFC 4314 §3.4 LISTRIGHTS', () => {
  test('tells that nothing is always granted, and every right by itself', async () => {
    const { client } = await open();
    await client.play(`
      C: a001 LISTRIGHTS INBOX Anna@server1.com
      S: * LISTRIGHTS INBOX Anna@server1.com "" l r s w i p k x t e a c d
      S: a001 OK LISTRIGHTS completed
      C: a005 listrights INBOX anyone
      S: * LISTRIGHTS INBOX anyone "" l r s w i p k x t e a c d
      S: a005 OK LISTRIGHTS completed
      C: a006 listrights INBOX tom@server1.com
      S: * LISTRIGHTS INBOX tom@server1.com lrswipkxtecda
      S: a006 OK LISTRIGHTS completed
    `);
  });
});

describe('RFC 4314 §3.5 MYRIGHTS', () => {
  test('needs any of l, r, i, k, x, a (§4)', async () => {
    const { office } = await open();
    const anna = await office.openImap(null, 'anna');
    await office.share('swte');
    expect((await anna.transact('MYRIGHTS "Other Users/tom"')).completion).toBe(
      'NO [NONEXISTENT] No such mailbox',
    );
    await office.share('i');
    expect(await anna.ask('MYRIGHTS "Other Users/tom"')).toEqual(['* MYRIGHTS "Other Users/tom" i']);
  });
});

describe('RFC 4314 §4: ACL commands need the right a', () => {
  const commands = [
    'GETACL "Other Users/tom"',
    'SETACL "Other Users/tom" anna@server1.com lrswipkxtea',
    'DELETEACL "Other Users/tom" anna@server1.com',
    'LISTRIGHTS "Other Users/tom" anna@server1.com',
  ];

  test.each(commands)('%s', async (command) => {
    const { office } = await open();
    const anna = await office.openImap(null, 'anna');
    const invisible = (await anna.transact(command)).completion;
    // §6: the same as for a mailbox that does not exist.
    expect(invisible).toBe((await anna.transact(command.replace('tom"', 'nobody"'))).completion);
    await office.share('lrswipkxte');
    expect((await anna.transact(command)).completion).toMatch(/^NO \[NOPERM\] /);
    await office.share('lra');
    expect((await anna.transact(command)).completion).toMatch(/^OK /);
  });
});

describe('RFC 8440 LIST-MYRIGHTS', () => {
  test('§4 tells the rights after each mailbox that is listed', async () => {
    const { office } = await open();
    const anna = await office.openImap(null, 'anna');
    await office.share('lrs');
    await office.share('lrswi', { mailbox: 'INBOX/Drafts' });
    await anna.play(`
      C: A01 LIST "" ("INBOX" "Other Users/*") RETURN (MYRIGHTS)
      S: * LIST () "/" INBOX
      S: * MYRIGHTS INBOX lrswipkxtecda
      S: * LIST () "/" "Other Users/tom"
      S: * MYRIGHTS "Other Users/tom" lrs
      S: * LIST () "/" "Other Users/tom/INBOX/Drafts"
      S: * MYRIGHTS "Other Users/tom/INBOX/Drafts" lrswi
      S: A01 OK LIST completed
    `);
  });

  test('§4 tells none of levels and of what is listed for its inferiors only', async () => {
    const { office } = await open();
    const anna = await office.openImap(null, 'anna');
    await office.share('lrs');
    await anna.ask('SUBSCRIBE "Other Users/tom"');
    await anna.play(`
      C: A02 LIST (SUBSCRIBED RECURSIVEMATCH) "" "Other%" RETURN (MYRIGHTS)
      S: * LIST (\\NonExistent) "/" "Other Users" ("CHILDINFO" ("SUBSCRIBED"))
      S: A02 OK LIST completed
      C: A03 LIST (SUBSCRIBED) "" "Other Users/*" RETURN (MYRIGHTS)
      S: * LIST (\\Subscribed) "/" "Other Users/tom"
      S: * MYRIGHTS "Other Users/tom" lrs
      S: A03 OK LIST completed
    `);
  });

  test('the capabilities say so', async () => {
    const { client } = await open();
    const [line = ''] = await client.ask('CAPABILITY');
    expect(line.split(' ')).toEqual(expect.arrayContaining(['ACL', 'RIGHTS=kxte', 'LIST-MYRIGHTS']));
  });
});

describe('RFC 4314 §2: groups as identifiers, as Cyrus has them', () => {
  const TEAM = 'group:team@server1.com';

  async function openWithTeam(...members: number[]) {
    const opened = await open();
    opened.office.directory.groups.set('team@server1.com', members);
    await opened.office.store.setGroupMembers([[TEAM, members]]);
    return opened;
  }

  test('are given rights, shown and taken away like accounts', async () => {
    const { client } = await openWithTeam();
    await client.play(`
      C: A001 SETACL INBOX/Drafts Group:Team@Server1.com lrs
      S: A001 OK SETACL completed
      C: A002 SETACL INBOX/Drafts -${TEAM} s
      S: A002 OK SETACL completed
      C: A003 GETACL INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM} ${TEAM} lrs -${TEAM} s
      S: A003 OK GETACL completed
      C: A004 LISTRIGHTS INBOX/Drafts ${TEAM}
      S: * LISTRIGHTS INBOX/Drafts ${TEAM} "" l r s w i p k x t e a c d
      S: A004 OK LISTRIGHTS completed
      C: A005 DELETEACL INBOX/Drafts -${TEAM}
      S: A005 OK DELETEACL completed
      C: A006 GETACL INBOX/Drafts
      S: * ACL INBOX/Drafts ${TOM} ${TEAM} lrs
      S: A006 OK GETACL completed
    `);
  });

  test('that are none are nobody', async () => {
    const { client } = await open();
    const { completion } = await client.transact('SETACL INBOX group:nobody@server1.com lr');
    expect(completion).toBe('NO [CANNOT] Nobody here has this name');
  });

  test('let members see, list and read what is shared with them, until they leave', async () => {
    const { client, office } = await openWithTeam(2);
    await client.ask(`SETACL INBOX ${TEAM} lrs`);
    const anna = await office.openImap(null, 'anna');
    await anna.play(`
      C: B001 MYRIGHTS "Other Users/tom"
      S: * MYRIGHTS "Other Users/tom" lrs
      S: B001 OK MYRIGHTS completed
    `);
    expect(await anna.ask('LIST "" "Other Users/*"')).toEqual([expect.stringContaining('"Other Users/tom"')]);
    await office.store.setGroupMembers([[TEAM, []]]);
    const { completion } = await anna.transact('MYRIGHTS "Other Users/tom"');
    expect(completion).toMatch(/^NO /);
    expect(await anna.ask('LIST "" "Other Users/*"')).toEqual([]);
  });
});
