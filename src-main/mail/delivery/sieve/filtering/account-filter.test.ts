import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../base/clock.ts';
import type { Account } from '../../../../directory/port.ts';
import { createMessageIndexer } from '../../../../format/message-indexer.ts';
import { MemorySpool } from '../../../content/memory-spool.ts';
import { createMessageReceiver } from '../../../content/message-receiver.ts';
import type { StagedContent } from '../../../content/port.ts';
import { MemoryMailStore } from '../../../mailstore/memory-mail-store.ts';
import type { QueueEntry } from '../../../queue/port.ts';
import type { Verdict } from '../../../verdict.ts';
import type { AccountFilter, FilterResult } from '../../port.ts';
import { MemoryScriptStore } from '../memory-script-store.ts';
import { messageOf, TEST_NOW } from '../sieve-fixture.ts';
import { createAccountFilter } from './create-account-filter.ts';
import { spamPercent, virusLevel } from './run-environment.ts';

const ANNA = { id: 1, address: 'anna@example.com', name: 'Anna Li', domain: 'example.com' } as Account;

const MAIL = `From: Tom <tom@example.org>
To: Anna <anna@example.com>
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=
Message-ID: <2@example.org>
References: <1@example.org>

Good morning.
`;

const BEN = { id: 2, address: 'ben@example.com', name: 'Ben', domain: 'example.com' } as Account;

interface MessageFacts {
  readonly reversePath?: string;
  readonly recipient?: string;
  readonly verdict?: Verdict;
}

/** Lets one message after the other arrive for Anna. */
class Office {
  readonly clock = new ManualClock(TEST_NOW);
  readonly scripts = new MemoryScriptStore(this.clock);
  readonly spool = new MemorySpool();
  readonly mailStore: MemoryMailStore;
  readonly filter: AccountFilter;
  readonly #marks = new Map<string, number>();

  constructor() {
    let id = 0;
    const makeId = () => `id${++id}`;
    const receiver = createMessageReceiver({ spool: this.spool, createIndexer: createMessageIndexer });
    this.mailStore = new MemoryMailStore({
      clock: this.clock,
      makeId,
      readContent: (content) => this.spool.bytesOf(content),
      quotaBytesOf: () => null,
      quotaMessagesOf: () => null,
    });
    this.filter = createAccountFilter({
      scripts: this.scripts,
      mailStore: this.mailStore,
      marks: {
        hasMark: ({ accountId, kind, key }, now) =>
          Promise.resolve((this.#marks.get(`${accountId} ${kind} ${key}`) ?? 0) > now),
      },
      directory: {
        mayUseAddress: (_id, address) => Promise.resolve(/^(anna|info)@example\.com$/i.test(address)),
      },
      receiver,
      makeId,
      hostname: () => 'mx.example.com',
      zoneMinutesAt: () => 0,
      language: () => 'en',
      separators: () => '+',
    });
  }

  async use(
    text: string,
    owner: 1 | 'office' = 1,
    use: 'active' | 'before' | 'after' = 'active',
  ): Promise<void> {
    await this.scripts.put(owner, { name: `${use} script`, text });
    await this.scripts.setUse(owner, `${use} script`, use);
  }

  async deliver(mail = MAIL, facts: MessageFacts = {}, account = ANNA): Promise<FilterResult> {
    const result = await this.attempt(mail, facts, account);
    for (const { kind, key, expiresAt, isOfOffice } of result.marks) {
      const accountId = isOfOffice === true ? null : account.id;
      this.#marks.set(`${accountId} ${kind} ${key}`, expiresAt);
    }
    return result;
  }

  /** Without the commit. */
  async attempt(mail = MAIL, facts: MessageFacts = {}, account = ANNA): Promise<FilterResult> {
    const { reversePath = 'tom@example.org', recipient = 'anna@example.com', verdict } = facts;
    return this.filter.filter({
      entry: { id: 'e', reversePath } as QueueEntry,
      account,
      recipient,
      prefix: 'Delivered-To: anna@example.com\r\n',
      octets: messageOf(mail),
      ...(verdict !== undefined && { verdict }),
      at: this.clock.now(),
    });
  }

  text(content: StagedContent | undefined): string {
    if (content === undefined) throw new Error('the message is as it came');
    return new TextDecoder().decode(this.spool.bytesOf(content)).replaceAll('\r\n', '\n');
  }
}

let office: Office;

beforeEach(async () => {
  office = new Office();
  await office.mailStore.createAccountMailboxes(1);
});

const kept = { mailbox: 'INBOX', flags: [], mayCreate: false };
const textOf = ({ messages }: FilterResult) =>
  new TextDecoder().decode(messages[0]?.octets).replaceAll('\r\n', '\n');
const verdict = (action: Verdict['action'], score: number): Verdict => ({
  action,
  score,
  findings: [],
  decidedBy: 'score',
});

describe('the scripts of an account and of the office', () => {
  it('are not there at first', async () => {
    expect(await office.filter.hasRules(ANNA)).toBe(false);
    await office.use('keep;');
    expect(await office.filter.hasRules(ANNA)).toBe(true);
  });

  it('file, flag and redirect, and tell the timeline in plain words', async () => {
    await office.use(
      'require ["fileinto", "copy", "imap4flags", "mailbox"]; setflag "\\\\Seen"; fileinto :create "Work/Tom"; redirect :copy "a@b.example"; keep :flags "x";',
    );
    expect(await office.deliver()).toEqual({
      copies: [
        { mailbox: 'Work/Tom', flags: ['\\Seen'], mayCreate: true },
        { mailbox: 'INBOX', flags: ['x'], mayCreate: false },
      ],
      redirects: [{ to: ['a@b.example'] }],
      messages: [],
      marks: [],
      rules: [
        'filed into Work/Tom, by the script "active script"',
        'redirected to a@b.example, by the script "active script"',
      ],
    });
  });

  it('file into INBOX where a mailbox is not there and is not to be made', async () => {
    await office.use('require "fileinto"; fileinto "Nowhere"; fileinto "Archive";');
    expect((await office.deliver()).copies.map(({ mailbox }) => mailbox)).toEqual(['INBOX', 'Archive']);
  });

  it('know the mailbox of a special use (RFC 8579 §4.1)', async () => {
    await office.mailStore.renameMailbox(1, 'Junk', 'Werbung');
    await office.use('require ["fileinto", "special-use"]; fileinto :specialuse "\\\\Junk" "Spam";');
    expect((await office.deliver()).copies).toEqual([{ mailbox: 'Werbung', flags: [], mayCreate: false }]);
  });

  it('run in their order as long as the message is kept', async () => {
    await office.use('require ["editheader", "variables"]; addheader "X-Office" "seen";', 'office', 'before');
    await office.use(
      'require "fileinto"; if header "x-office" "seen" { fileinto "Archive"; } else { discard; }',
    );
    await office.use('discard;', 'office', 'after');
    const { copies } = await office.deliver();
    expect(copies).toMatchObject([{ mailbox: 'Archive' }]);
  });

  it('pass on a message with the edits of those before, whoever keeps it last', async () => {
    await office.use('require "editheader"; addheader "X-Office" "seen";', 'office', 'before');
    await office.use('require "replace"; replace "Nothing to see.";');
    await office.use(
      'require ["body", "imap4flags"]; if body :contains "nothing" { addflag "dull"; }',
      'office',
      'after',
    );
    const { copies } = await office.deliver();
    expect(copies).toMatchObject([{ mailbox: 'INBOX', flags: ['dull'] }]);
    const text = office.text(copies[0]?.content);
    expect(text).toMatch(/^X-Office: seen\nDelivered-To: anna@example.com\nFrom: Tom/);
    expect(text).toContain('\n\nNothing to see.');
  });

  it('say who threw a message away', async () => {
    await office.use('discard;');
    expect(await office.deliver()).toEqual({
      copies: [],
      redirects: [],
      discardedBy: 'the script "active script"',
      messages: [],
      marks: [],
      rules: [],
    });
  });

  it('refuse a message, but none that another script has filed', async () => {
    await office.use('require "reject"; reject text:\nNot here.\n.\n;');
    expect(await office.deliver()).toMatchObject({
      copies: [],
      refusal: { text: 'Not here.', status: '5.7.1' },
    });
    await office.use('require ["fileinto", "copy"]; fileinto :copy "Archive";', 'office', 'before');
    const result = await office.deliver();
    expect(result.copies).toMatchObject([{ mailbox: 'Archive' }]);
    expect(result.refusal).toBeUndefined();
  });

  it('change a redirected message too', async () => {
    await office.use('require "editheader"; addheader "X-A" "b"; redirect "a@b.example";');
    const { redirects } = await office.deliver();
    expect(redirects).toMatchObject([{ to: ['a@b.example'] }]);
    expect(office.text(redirects[0]?.content)).toMatch(/^X-A: b\n/);
  });

  it('send each copy on with the header fields as they were then (RFC 5293 §6)', async () => {
    await office.use(
      [
        'require ["editheader", "copy", "fileinto"];',
        'redirect :copy "plain@b.example";',
        'addheader "X-A" "1"; redirect :copy "one@b.example"; redirect :copy "too@b.example"; fileinto :copy "Archive";',
        'deleteheader "X-A"; addheader "X-A" "2"; redirect :copy "two@b.example";',
        'deleteheader "X-A"; addheader "X-A" "kept";',
      ].join('\n'),
    );
    const { redirects, copies } = await office.deliver();
    const sent = redirects.map(({ to, content }) => [to, content && office.text(content).split('\n')[0]]);
    expect(sent).toEqual([
      [['plain@b.example'], undefined],
      [['one@b.example', 'too@b.example'], 'X-A: 1'],
      [['two@b.example'], 'X-A: 2'],
    ]);
    expect(copies.map(({ mailbox, content }) => [mailbox, office.text(content).split('\n')[0]])).toEqual([
      ['Archive', 'X-A: 1'],
      ['INBOX', 'X-A: kept'],
    ]);
  });

  it('file and send on what the office’s script before them has changed', async () => {
    await office.use('require "editheader"; addheader "X-Office" "seen";', 'office', 'before');
    await office.use('require ["fileinto", "copy"]; fileinto "Archive"; redirect :copy "a@b.example";');
    const { redirects, copies } = await office.deliver();
    expect(office.text(redirects[0]?.content)).toMatch(/^X-Office: seen\n/);
    expect(office.text(copies[0]?.content)).toMatch(/^X-Office: seen\n/);
  });

  it('remember what duplicate has seen', async () => {
    await office.use('require "duplicate"; if duplicate { discard; }');
    expect((await office.deliver()).copies).toEqual([kept]);
    expect((await office.deliver()).copies).toEqual([]);
    office.clock.advance(8 * 86_400_000);
    expect((await office.deliver()).copies).toEqual([kept]);
  });

  it('know the verdict of screening (RFC 5235)', async () => {
    await office.use(
      'require ["spamtestplus", "fileinto"]; if not spamtest :percent "0" { fileinto "Archive"; }',
    );
    expect((await office.deliver(MAIL, { verdict: verdict('junk', 7) })).copies).toMatchObject([
      { mailbox: 'Archive' },
    ]);
    expect((await office.deliver(MAIL, { verdict: verdict('accept', -2) })).copies).toEqual([kept]);
  });

  it('know what an engine found malicious', async () => {
    await office.use('require ["virustest", "fileinto"]; if virustest "5" { fileinto "Archive"; }');
    const finding = {
      check: 'clamav',
      outcome: 'malicious',
      weight: 0,
      detail: 'it holds malicious content',
    };
    const found = { ...verdict('accept', 0), findings: [finding] };
    expect((await office.deliver(MAIL, { verdict: found })).copies).toMatchObject([{ mailbox: 'Archive' }]);
    expect((await office.deliver()).copies).toEqual([kept]);
  });

  it.each<[string, number]>([
    ['clamav.malicious', 5],
    ['attachment.isProgram', 4],
    ['attachment.forbiddenInside', 4],
    ['clamav.clean', 1],
    ['attachment.encrypted', 0],
    ['clamav.unavailable', 0],
    ['rspamd.scored', 0],
  ])('take %s for a virustest of %d (RFC 5235 §3.3)', (found, level) => {
    const [check = '', outcome = ''] = found.split('.');
    const findings = [{ check, outcome, weight: 0, detail: '' }];
    expect(virusLevel({ ...verdict('accept', 0), findings })).toBe(level);
    const alsoMalicious = [...findings, { check: 'av', outcome: 'malicious', weight: 0, detail: '' }];
    expect(virusLevel({ ...verdict('accept', 0), findings: alsoMalicious })).toBe(5);
  });

  it('leave junk in Junk where they say nothing of it', async () => {
    await office.use('keep;');
    const { copies } = await office.deliver(MAIL, { verdict: verdict('junk', 7) });
    expect(copies).toEqual([{ mailbox: 'Junk', flags: ['$Junk'], mayCreate: true }]);
  });

  it.each([
    ['accept', -3, 0],
    ['accept', 8, 49],
    ['junk', 2, 50],
    ['junk', 7, 70],
    ['quarantine', 30, 100],
  ] as const)('%s with %d points is %d percent', (action, score, percent) => {
    expect(spamPercent(verdict(action, score))).toBe(percent);
  });
});

describe('a script that is wrong or fails', () => {
  it('keeps the message and tells its owner once (RFC 5228 §2.10.6)', async () => {
    await office.use('require "fileinto";\nfileinto "Archive";\nredirect "${nobody}";\nfileinto;');
    const first = await office.deliver();
    expect(first.copies).toEqual([kept]);
    expect(first.messages).toMatchObject([
      { kind: 'scriptProblem', reversePath: '', recipients: ['anna@example.com'] },
    ]);
    expect(textOf(first)).toContain('line 3: "${nobody}" is no address.');
    const second = await office.deliver();
    expect(second.copies).toEqual([kept]);
    expect(second.messages).toEqual([]);
  });

  it('tells the owner again once another text fails, however one text fails', async () => {
    await office.use('require "variables"; redirect "${nobody}";');
    expect((await office.deliver()).messages).toHaveLength(1);
    office.clock.advance(3_600_000);
    expect((await office.deliver()).messages).toEqual([]);
    await office.use('require "variables";\n\nredirect "${nobody}";');
    expect((await office.deliver()).messages).toHaveLength(1);
  });

  it('of the office is told to the administrator once, whoever’s mail it was', async () => {
    await office.use('require "ihave"; error "broken";', 'office', 'before');
    const told = [await office.deliver(MAIL, {}, ANNA), await office.deliver(MAIL, {}, BEN)];
    office.clock.advance(3_600_000);
    told.push(await office.deliver(MAIL, {}, BEN));
    expect(told.map(({ messages }) => messages.flatMap(({ recipients }) => recipients))).toEqual([
      ['postmaster@example.com'],
      [],
      [],
    ]);
    expect(told[0]?.marks).toMatchObject([{ kind: 'scriptProblem', isOfOffice: true }]);
  });

  it('is told of once where messages arrive side by side, and again where that commit failed', async () => {
    await office.use('require "ihave"; error "broken";');
    const [first, second] = await Promise.all([office.attempt(), office.attempt()]);
    expect([...first.messages, ...second.messages]).toHaveLength(1);
    office.clock.advance(60_000);
    expect((await office.attempt()).messages).toHaveLength(1);
  });

  it('of the office does not keep the account’s from running', async () => {
    await office.use('require "ihave"; error "broken";', 'office', 'before');
    await office.use('require "fileinto"; fileinto "Archive";');
    const result = await office.deliver();
    expect(result.copies).toMatchObject([{ mailbox: 'Archive' }]);
    expect(result.messages).toMatchObject([
      { kind: 'scriptProblem', recipients: ['postmaster@example.com'] },
    ]);
  });
});

describe('vacation (RFC 5230)', () => {
  const away = 'require "vacation"; vacation :days 7 "I am away.";';

  it('answers the sender as RFC 5230 §5 and RFC 3834 say', async () => {
    await office.use(away);
    const result = await office.deliver();
    expect(result.copies).toEqual([kept]);
    expect(result.messages).toMatchObject([
      { kind: 'vacation', reversePath: '', recipients: ['tom@example.org'], smtpUtf8: false },
    ]);
    expect(textOf(result).replace(/<id\d+@/, '<id@')).toBe(
      [
        'Date: Sat, 21 Nov 2026 12:34:56 +0000',
        'From: "Anna Li" <anna@example.com>',
        'To: <tom@example.org>',
        'Subject: =?utf-8?B?QXV0bzogR3LDvMOfZQ==?=',
        'Message-ID: <id@mx.example.com>',
        'In-Reply-To: <2@example.org>',
        'References: <1@example.org>',
        ' <2@example.org>',
        'Auto-Submitted: auto-replied',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 8bit',
        '',
        'I am away.',
        '',
      ].join('\n'),
    );
  });

  it('answers each sender once in the period', async () => {
    await office.use(away);
    expect((await office.deliver()).messages).toHaveLength(1);
    expect((await office.deliver(MAIL, { reversePath: 'TOM@example.org' })).messages).toEqual([]);
    expect((await office.deliver(MAIL, { reversePath: 'eva@example.org' })).messages).toHaveLength(1);
    office.clock.advance(7 * 86_400_000);
    expect((await office.deliver()).messages).toHaveLength(1);
  });

  it('answers every time with :seconds 0 (RFC 6131 §2)', async () => {
    await office.use('require "vacation-seconds"; vacation :seconds 0 "x";');
    for (let i = 0; i < 2; i++) expect((await office.deliver()).messages).toHaveLength(1);
  });

  it.each([
    ['Auto-Submitted: auto-generated'],
    ['Auto-Submitted: auto-replied; x=y'],
    ['List-Id: <office.example.org>'],
    ['List-Unsubscribe: <mailto:x@example.org>'],
    ['Precedence: bulk'],
    ['Precedence: List'],
    ['X-Auto-Response-Suppress: OOF, AutoReply'],
    ['X-Spam-Flag: YES'],
  ])('does not answer a message with %s (RFC 3834 §2, RFC 2369, RFC 2919)', async (field) => {
    await office.use(away);
    expect((await office.deliver(`${field}\n${MAIL}`)).messages).toEqual([]);
  });

  it('answers a message that says it was sent by hand', async () => {
    await office.use(away);
    expect((await office.deliver(`Auto-Submitted: no\n${MAIL}`)).messages).toHaveLength(1);
  });

  it.each([
    '',
    'MAILER-DAEMON@example.org',
    'owner-list@example.org',
    'list-request@example.org',
    'noreply@example.org',
    'no-reply+42@example.org',
    'bounces+anna=example.com@example.org',
    'anna@example.com',
    'info@example.com',
  ])('does not answer <%s>', async (reversePath) => {
    await office.use(away);
    expect((await office.deliver(MAIL, { reversePath })).messages).toEqual([]);
  });

  it('answers only what names the account, by any of its addresses (§4.5)', async () => {
    await office.use('require "vacation"; vacation :addresses "Old <old@example.net>" "x";');
    const to = (address: string) => MAIL.replace('anna@example.com', address);
    expect((await office.deliver(to('all@example.com'))).messages).toEqual([]);
    for (const [index, address] of ['old@example.net', 'info@example.com', 'ANNA@example.com'].entries()) {
      const result = await office.deliver(to(address), { reversePath: `s${index}@example.org` });
      expect(result.messages).toHaveLength(1);
    }
    const tagged = { reversePath: 's9@example.org', recipient: 'anna+x@example.com' };
    expect((await office.deliver(to('anna+x@example.com'), tagged)).messages).toHaveLength(1);
  });

  it('does not answer junk', async () => {
    await office.use(away);
    expect((await office.deliver(MAIL, { verdict: verdict('junk', 9) })).messages).toEqual([]);
  });

  it('takes subject, sender and a MIME entity from the script', async () => {
    await office.use(
      'require "vacation"; vacation :subject "Bin weg\r\nBcc: all@example.com" :from "Büro <info@example.com>" :mime text:\nContent-Type: text/html\n\n<p>x</p>\n.\n;',
    );
    const text = textOf(await office.deliver());
    expect(text).toContain('From: =?utf-8?B?QsO8cm8=?= <info@example.com>\n');
    expect(text).toContain('Subject: Bin weg Bcc: all@example.com\n');
    expect(text).toContain('MIME-Version: 1.0\nContent-Type: text/html\n\n<p>x</p>\n');
    expect(text).not.toContain('text/plain');
  });

  it('files a copy of the answer (RFC 8580)', async () => {
    await office.use(
      'require ["vacation", "fcc", "imap4flags"]; vacation :fcc "Sent" :flags "\\\\Seen" "x";',
    );
    const { copies } = await office.deliver();
    expect(copies).toMatchObject([{ mailbox: 'Sent', flags: ['\\Seen'] }, { mailbox: 'INBOX' }]);
    expect(office.text(copies[0]?.content)).toContain('Auto-Submitted: auto-replied\n');
  });
});

describe('notify by mailto (RFC 5436)', () => {
  it('writes what the URI and the script say', async () => {
    await office.use(
      'require "enotify"; notify :importance "1" :message "Tom has written" "mailto:pager@example.net?X-Tag=1&cc=c@example.net";',
    );
    const result = await office.deliver();
    expect(result.messages).toMatchObject([
      { kind: 'notification', reversePath: '', recipients: ['pager@example.net', 'c@example.net'] },
    ]);
    const text = textOf(result);
    expect(text).toContain(
      'From: <anna@example.com>\nTo: <pager@example.net>\nCc: <c@example.net>\nSubject: Tom has written\n',
    );
    expect(text).toContain('Importance: High\nX-Priority: 1\nX-Tag: 1\n');
    expect(text).toContain('Auto-Submitted: auto-notified; owner-email="anna@example.com"\n');
    expect(text).toContain('\n\nTom has written\nFrom: Tom <tom@example.org>\nSubject: Grüße\n');
  });

  it('gives no notice of a notice', async () => {
    await office.use('require "enotify"; notify "mailto:a@example.net";');
    expect((await office.deliver(`Auto-Submitted: auto-notified\n${MAIL}`)).messages).toEqual([]);
  });
});
