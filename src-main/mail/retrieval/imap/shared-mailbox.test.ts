import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const NONEXISTENT = 'NO [NONEXISTENT] No such mailbox';
const NOPERM = 'NO [NOPERM] You have no right to do this here';
const TOMS = '"Other Users/tom"';
const INFO = 9;

async function open(rights?: string) {
  const office = new ReadingOffice();
  for (let i = 1; i <= 3; i++) await office.arrive(`Subject: m${i}\n\nbody ${i}\n`);
  if (rights !== undefined) await office.share(rights);
  return { office, tom: await office.openImap(null), anna: await office.openImap(null, 'anna') };
}

type Client = Awaited<ReturnType<typeof open>>['anna'];

async function completionOf(client: Client, command: string): Promise<string> {
  return (await client.transact(command)).completion;
}

describe('RFC 2342 NAMESPACE', () => {
  test('names the own mailboxes, those of other users, and the shared ones', async () => {
    const { anna } = await open();
    expect(await anna.ask('NAMESPACE')).toEqual([
      '* NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared/" "/"))',
    ]);
  });

  test('mailboxes of a shared one lie beneath its INBOX, which has its name', async () => {
    const { office, anna } = await open();
    office.directory.addSharedMailbox(INFO, 'info');
    await office.share('lrs', { owner: INFO });
    await office.share('lrs', { owner: INFO, mailbox: 'Sent' });
    expect(await anna.ask('LIST "" "Shared/*"')).toEqual([
      '* LIST (\\HasChildren) "/" Shared/info',
      '* LIST (\\HasNoChildren) "/" Shared/info/Sent',
    ]);
  });

  test('somebody of another domain is named with it', async () => {
    const { office, anna } = await open('lr');
    const [tom] = office.directory.accounts.values();
    if (tom === undefined) throw new Error('no tom');
    const moved = { ...tom, domain: 'server2.com', address: 'tom@server2.com' };
    office.directory.accounts.set(tom.address, moved);
    expect(await anna.ask('LIST "" "Other Users/*"')).toEqual([
      '* LIST (\\HasNoChildren) "/" "Other Users/tom@server2.com"',
    ]);
  });

  test('no own mailbox is made in the namespaces of others, and one of before stays', async () => {
    const { office, tom } = await open();
    for (const command of ['CREATE Shared', 'CREATE Shared/mine', 'RENAME Sent "Other Users/x"']) {
      expect(await completionOf(tom, command)).toBe(NOPERM);
    }
    await office.store.createMailbox(1, 'Shared/old');
    expect(await tom.ask('LIST "" Shared/*')).toEqual(['* LIST (\\HasNoChildren) "/" Shared/old']);
    await tom.ask('SELECT Shared/old');
  });
});

describe('RFC 4314 §4: LIST, LSUB, SUBSCRIBE need l', () => {
  test('what may not be looked up is not listed, and no error', async () => {
    const { office, anna } = await open('rswi');
    expect(await anna.ask('LIST "" "Other Users/*"')).toEqual([]);
    await office.share('l');
    expect(await anna.ask('LIST "" "Other Users/*"')).toEqual([
      '* LIST (\\HasNoChildren) "/" "Other Users/tom"',
    ]);
  });

  test('levels above are shown to who asks for levels', async () => {
    const { office, anna } = await open();
    await office.share('lr', { mailbox: 'A/B' });
    expect(await anna.ask('LIST "" "Other Users/*"')).toEqual([
      '* LIST (\\HasNoChildren) "/" "Other Users/tom/A/B"',
    ]);
    expect(await anna.ask('LIST "" O%')).toEqual(['* LIST (\\Noselect \\HasChildren) "/" "Other Users"']);
    expect(await anna.ask('LIST "" "Other Users/%" RETURN (CHILDREN)')).toEqual([
      '* LIST (\\NonExistent \\HasChildren) "/" "Other Users/tom"',
    ]);
    expect(await completionOf(anna, `SELECT ${TOMS}`)).toBe(NONEXISTENT);
  });

  test('special uses are the owner’s, STATUS comes with r alone', async () => {
    const { office, anna } = await open('lr');
    await office.share('l', { mailbox: 'Sent' });
    expect(await anna.ask('LIST "" "Other Users/*" RETURN (SPECIAL-USE STATUS (MESSAGES))')).toEqual([
      '* LIST () "/" "Other Users/tom"',
      '* STATUS "Other Users/tom" (MESSAGES 3)',
      '* LIST () "/" "Other Users/tom/Sent"',
    ]);
  });

  test('subscriptions are the reader’s own, and outlive the right', async () => {
    const { office, tom, anna } = await open('r');
    expect(await completionOf(anna, `SUBSCRIBE ${TOMS}`)).toBe(NONEXISTENT);
    await office.share('lr');
    await anna.ask(`SUBSCRIBE ${TOMS}`);
    expect(await anna.ask('LSUB "" "Other Users/*"')).toEqual(['* LSUB () "/" "Other Users/tom"']);
    expect(await tom.ask('LSUB "" "Other Users/*"')).toEqual([]);
    await office.share('');
    expect(await anna.ask('LSUB "" "Other Users/*"')).toEqual(['* LSUB (\\Noselect) "/" "Other Users/tom"']);
    expect(await anna.ask('LIST (SUBSCRIBED) "" "Other Users/*"')).toEqual([
      '* LIST (\\NonExistent \\Subscribed) "/" "Other Users/tom"',
    ]);
    await anna.ask(`UNSUBSCRIBE ${TOMS}`);
    expect(await anna.ask('LSUB "" "Other Users/*"')).toEqual([]);
  });
});

describe('RFC 4314 §4: commands need their right, and §6: what cannot be seen does not exist', () => {
  const LITERAL = '{5+}\r\nA: b\n';

  test.each([
    [`SELECT ${TOMS}`, 'r'],
    [`EXAMINE ${TOMS}`, 'r'],
    [`STATUS ${TOMS} (MESSAGES)`, 'r'],
    [`GETQUOTAROOT ${TOMS}`, 'r'],
    [`APPEND ${TOMS} ${LITERAL}`, 'i'],
    [`DELETE "Other Users/tom/Sent"`, 'x'],
  ])('%s', async (command, right) => {
    const { office, anna } = await open();
    const place = command.includes('Sent') ? { mailbox: 'Sent' } : {};
    const unknown = await completionOf(anna, command.replace('tom', 'nobody'));
    expect(unknown).toBe(NONEXISTENT);
    expect(await completionOf(anna, command)).toBe(unknown);
    const others = [...'rswipkxtea'].filter((each) => each !== right).join('');
    await office.share(others, place);
    expect(await completionOf(anna, command)).toBe(unknown);
    await office.share(`l${others}`, place);
    expect(await completionOf(anna, command)).toBe(NOPERM);
    await office.share(right, place);
    expect(await completionOf(anna, command)).toMatch(/^OK /);
  });

  test('CREATE needs k on the nearest superior, and the new mailbox has its rights', async () => {
    const { office, anna, tom } = await open('lrswikxte');
    await anna.ask('CREATE "Other Users/tom/Orders/2026"');
    expect(await tom.ask('LIST "" Orders*')).toEqual([
      '* LIST (\\HasChildren) "/" Orders',
      '* LIST (\\HasNoChildren) "/" Orders/2026',
    ]);
    expect(await anna.ask('MYRIGHTS "Other Users/tom/Orders/2026"')).toEqual([
      '* MYRIGHTS "Other Users/tom/Orders/2026" lrswikxtecd',
    ]);
    await office.share('lr', { mailbox: 'Orders' });
    expect(await completionOf(anna, 'CREATE "Other Users/tom/Orders/2027"')).toBe(NOPERM);
    expect(await completionOf(anna, 'CREATE "Other Users/tom/Orders"')).toMatch(/^NO \[ALREADYEXISTS\]/);
    expect(await completionOf(anna, 'CREATE "Other Users/nobody/Orders"')).toBe(NOPERM);
  });

  test('RENAME needs x on the mailbox and k where it goes, keeps its rights, and stays with its owner', async () => {
    const { office, anna } = await open();
    await office.share('lrx', { mailbox: 'A/B/C' });
    const rename = 'RENAME "Other Users/tom/A/B/C" "Other Users/tom/D/E"';
    expect(await completionOf(anna, rename)).toBe(NOPERM);
    await office.share('k', { mailbox: 'D' });
    expect(await completionOf(anna, rename)).toBe('OK RENAME completed');
    expect(await anna.ask('MYRIGHTS "Other Users/tom/D/E"')).toEqual([
      '* MYRIGHTS "Other Users/tom/D/E" lrxc',
    ]);
    expect(await completionOf(anna, 'RENAME "Other Users/tom/D/E" Mine')).toMatch(/^NO \[CANNOT\]/);
    expect(await completionOf(anna, 'RENAME Sent "Other Users/tom/D/Sent"')).toMatch(/^NO \[CANNOT\]/);
    await office.share('lrkx');
    expect(await completionOf(anna, `RENAME ${TOMS} "Other Users/tom/D/All"`)).toMatch(/^NO \[CANNOT\]/);
    expect(await completionOf(anna, `DELETE ${TOMS}`)).toMatch(/^NO \[CANNOT\]/);
  });
});

describe('RFC 4314 §5.1.1, §5.2: what SELECT says of rights', () => {
  test.each([
    ['lrs', '(\\Seen)', 'READ-ONLY'],
    ['lr', '()', 'READ-ONLY'],
    ['lri', '()', 'READ-WRITE'],
    ['lre', '()', 'READ-WRITE'],
    ['lrt', '(\\Deleted)', 'READ-WRITE'],
    ['lrwis', '(\\Answered \\Flagged \\Seen \\Draft \\*)', 'READ-WRITE'],
  ])('%s: PERMANENTFLAGS %s, %s', async (rights, flags, code) => {
    const { anna } = await open(rights);
    const { untagged, completion } = await anna.transact(`SELECT ${TOMS}`);
    expect(untagged.find((line) => line.includes('PERMANENTFLAGS'))).toContain(`[PERMANENTFLAGS ${flags}]`);
    expect(completion).toContain(`[${code}]`);
  });
});

describe('RFC 4314 §4: STORE, EXPUNGE, CLOSE, MOVE', () => {
  test('STORE does what may be done of it, and fails where that is nothing', async () => {
    const { anna } = await open('lrs');
    await anna.ask(`SELECT ${TOMS}`);
    await anna.play(`
      C: a1 STORE 1 +FLAGS (\\Seen \\Flagged \\Deleted)
      S: * 1 FETCH (FLAGS (\\Seen))
      S: a1 OK STORE completed
      C: a2 STORE 1 +FLAGS (\\Flagged)
      S: a2 ${NOPERM}
      C: a3 STORE 1 FLAGS (\\Answered)
      S: * 1 FETCH (FLAGS ())
      S: a3 OK STORE completed
      C: a4 EXPUNGE
      S: a4 ${NOPERM}
      C: a5 MOVE 1 INBOX
      S: a5 ${NOPERM}
      C: a6 CLOSE
      S: a6 OK CLOSE completed
    `);
  });

  test('CLOSE expunges with e, and nothing without it', async () => {
    const { office, tom, anna } = await open('lrt');
    await anna.ask(`SELECT ${TOMS}`);
    await anna.ask('STORE 1 +FLAGS (\\Deleted)');
    await anna.ask('CLOSE');
    expect(await tom.ask('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS INBOX (MESSAGES 3)']);
    await office.share('lre');
    await anna.ask(`SELECT ${TOMS}`);
    await anna.ask('CLOSE');
    expect(await tom.ask('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS INBOX (MESSAGES 2)']);
  });

  test('MOVE and REPLACE need t and e here and i there', async () => {
    const { office, anna } = await open('lri');
    await anna.ask(`SELECT ${TOMS}`);
    const replace = `REPLACE 1 ${TOMS} {5+}\r\nA: b\n`;
    expect(await completionOf(anna, 'MOVE 1 INBOX')).toBe(NOPERM);
    expect(await completionOf(anna, replace)).toBe(NOPERM);
    await office.share('lrte');
    expect(await completionOf(anna, replace)).toBe(NOPERM);
    expect(await completionOf(anna, 'MOVE 1 INBOX')).toMatch(/^OK /);
    await office.share('lrtei');
    expect(await completionOf(anna, replace)).toMatch(/^OK /);
  });

  test('EXAMINE prohibits whatever rights there are', async () => {
    const { anna } = await open('lrswipkxtea');
    await anna.ask(`EXAMINE ${TOMS}`);
    for (const command of ['STORE 1 +FLAGS (\\Seen)', 'EXPUNGE', 'MOVE 1 INBOX']) {
      expect(await completionOf(anna, command)).toMatch(/^NO \[READ-ONLY\]/);
    }
    await anna.ask('FETCH 1 BODY[]');
    expect(await anna.ask('FETCH 1 FLAGS')).toEqual(['* 1 FETCH (FLAGS ())']);
  });
});

describe('RFC 4314 §4: COPY and APPEND set the flags that may be set', () => {
  async function targetWith(rights: string) {
    const { office, anna } = await open();
    const flags = [['\\Draft', '\\Deleted'], ['\\Answered'], ['$Forwarded', '\\Seen']];
    for (const each of flags) await office.arrive('A: b\n\n', { accountId: 2, flags: each });
    await office.share(rights, { mailbox: 'TargetMailbox' });
    await anna.ask('SELECT INBOX');
    return { office, anna };
  }

  test.each([
    ['rwis', ['(\\Draft)', '(\\Answered)', '(\\Seen $Forwarded)']],
    ['rsti', ['(\\Deleted)', '()', '(\\Seen)']],
  ])('with %s', async (rights, expected) => {
    const { anna } = await targetWith(`l${rights}`);
    await anna.ask('COPY 1:3 "Other Users/tom/TargetMailbox"');
    await anna.ask('SELECT "Other Users/tom/TargetMailbox"');
    expect(await anna.ask('FETCH 1:3 (FLAGS)')).toEqual(
      expected.map((flags, index) => `* ${index + 1} FETCH (FLAGS ${flags})`),
    );
  });

  test('TRYCREATE is for the own mailboxes, and i is needed', async () => {
    const { office, anna } = await targetWith('lr');
    expect(await completionOf(anna, 'COPY 1 "Other Users/tom/TargetMailbox"')).toBe(NOPERM);
    expect(await completionOf(anna, 'COPY 1 "Other Users/tom/Nowhere"')).toBe(NONEXISTENT);
    expect(await completionOf(anna, 'COPY 1 Nowhere')).toMatch(/^NO \[TRYCREATE\]/);
    await office.share('i', { mailbox: 'TargetMailbox' });
    expect(await completionOf(anna, 'COPY 1 "Other Users/tom/TargetMailbox"')).toMatch(/^OK \[COPYUID/);
  });
});

describe('RFC 9208: the quota is the owner’s', () => {
  test('its root is named by the owner’s INBOX', async () => {
    const { office, anna } = await open('lr');
    office.directory.setQuota('tom@server1.com', 10_240);
    await anna.play(`
      C: a1 GETQUOTAROOT ${TOMS}
      S: * QUOTAROOT ${TOMS} ${TOMS}
      S: * QUOTA ${TOMS} (STORAGE 1 10)
      S: a1 OK GETQUOTAROOT completed
      C: a2 GETQUOTA ${TOMS}
      S: * QUOTA ${TOMS} (STORAGE 1 10)
      S: a2 OK GETQUOTA completed
      C: a3 GETQUOTA "Other Users/otto"
      S: a3 NO [NONEXISTENT] No such quota root
      C: a4 GETQUOTAROOT INBOX
      S: * QUOTAROOT INBOX
      S: a4 OK GETQUOTAROOT completed
    `);
  });

  test('a full owner gets no more', async () => {
    const office = new ReadingOffice({ quotaBytesOf: (account) => (account === 1 ? 100 : null) });
    await office.share('lri');
    const anna = await office.openImap(null, 'anna');
    const message = `Subject: large\r\n\r\n${'x'.repeat(200)}\r\n`;
    const command = `APPEND ${TOMS} {${message.length}+}\r\n${message}`;
    expect(await completionOf(anna, command)).toMatch(/^NO \[OVERQUOTA\]/);
  });
});
