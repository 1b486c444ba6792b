import { beforeEach, describe, expect, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

interface Sample {
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  readonly date?: string;
  readonly id?: string;
  readonly references?: string;
  readonly inReplyTo?: string;
  readonly body?: string;
  readonly arrivedAt?: number;
}

let office: ReadingOffice;
let client: DialogueClient;

async function arrive(samples: readonly Sample[]): Promise<void> {
  for (const [at, sample] of samples.entries()) {
    const fields: [string, string | undefined][] = [
      ['From', sample.from],
      ['To', sample.to],
      ['Cc', sample.cc],
      ['Subject', sample.subject],
      ['Date', sample.date ?? `Thu, 1 Jan 2026 10:${String(at).padStart(2, '0')}:00 +0000`],
      ['Message-ID', sample.id === undefined ? undefined : `<${sample.id}>`],
      ['References', sample.references],
      ['In-Reply-To', sample.inReplyTo],
    ];
    const header = fields
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${value}`);
    const internalDate = sample.arrivedAt ?? Date.UTC(2026, 0, 2, 0, at);
    await office.arrive(`${header.join('\n')}\n\n${sample.body ?? 'Hello.'}\n`, { internalDate });
  }
  client = await office.openImap();
}

beforeEach(() => {
  office = new ReadingOffice();
});

describe('SORT', () => {
  beforeEach(() =>
    arrive([
      {
        subject: 'Re: beta',
        from: 'Zoe <anna@a.com>',
        to: 'x@a.com',
        date: 'Thu, 1 Jan 2026 12:00:00 +0500',
      },
      {
        subject: '[list] Alpha (fwd)',
        from: 'bob@a.com',
        cc: 'm@a.com',
        date: 'Thu, 1 Jan 2026 08:00:00 +0000',
      },
      {
        subject: '=?utf-8?q?=C3=84rger?=',
        from: '=?utf-8?q?=C3=84nne?= <c@a.com>',
        to: 'Adam <z@a.com>',
        body: 'long '.repeat(50),
      },
      { subject: 'beta', from: 'anna@a.com', date: 'nonsense', arrivedAt: Date.UTC(2025, 0, 1) },
    ]),
  );

  // RFC 5256 §3; SORT=DISPLAY: RFC 5957
  test.each([
    ['ARRIVAL', '4 1 2 3'],
    ['REVERSE ARRIVAL', '3 2 1 4'],
    ['DATE', '4 1 2 3'],
    ['SUBJECT', '2 3 1 4'],
    ['REVERSE SUBJECT', '1 4 3 2'],
    ['FROM', '1 4 2 3'],
    ['FROM REVERSE DATE', '1 4 2 3'],
    ['TO', '2 4 1 3'],
    ['CC', '1 3 4 2'],
    ['DISPLAYFROM', '4 3 2 1'],
    ['DISPLAYTO', '2 4 3 1'],
  ])('by (%s)', async (criteria, numbers) => {
    expect(await client.ask(`SORT (${criteria}) UTF-8 ALL`)).toEqual([`* SORT ${numbers}`]);
  });

  test('by (REVERSE SIZE) has the largest first', async () => {
    const [line = ''] = await client.ask('SORT (REVERSE SIZE) UTF-8 ALL');
    expect(line).toMatch(/^\* SORT 3 /);
  });

  test('finds what SEARCH finds, and answers also where that is nothing', async () => {
    await client.play(`
      C: A282 SORT (SUBJECT) UTF-8 SINCE 1-Feb-1994
      S: * SORT 2 3 1 4
      S: A282 OK SORT completed
      C: A283 SORT (SUBJECT REVERSE DATE) UTF-8 ALL
      S: * SORT 2 3 1 4
      S: A283 OK SORT completed
      C: A284 SORT (SUBJECT) US-ASCII TEXT "not in mailbox"
      S: * SORT
      S: A284 OK SORT completed
      C: A285 UID SORT (REVERSE ARRIVAL) UTF-8 1:2
      S: * SORT 2 1
      S: A285 OK SORT completed
      C: A286 SORT (SUBJECT) X-NONSENSE ALL
      S: A286 NO [BADCHARSET (US-ASCII UTF-8)] <…>
    `);
  });

  test.each([
    'SORT',
    'SORT () UTF-8 ALL',
    'SORT (COLOUR) UTF-8 ALL',
    'SORT (REVERSE) UTF-8 ALL',
    'SORT (DATE) UTF-8',
  ])('%s is BAD', async (command) => {
    expect((await client.transact(command)).completion).toMatch(/^BAD /);
  });
});

describe('THREAD', () => {
  async function thread(keys: string): Promise<string> {
    const [line = ''] = await client.ask(`THREAD ${keys}`);
    return line.replace(/^\* THREAD ?/, '');
  }

  test('ORDEREDSUBJECT puts what has the same base subject under its first message', async () => {
    await arrive([
      { subject: 'lunch' },
      { subject: 'Re: plan' },
      { subject: 'plan', date: 'Thu, 1 Jan 2026 09:00:00 +0000' },
      { subject: 'Fwd: PLAN' },
      { subject: 're: lunch' },
    ]);
    expect(await thread('ORDEREDSUBJECT UTF-8 ALL')).toBe('(3 (2)(4))(1 5)');
    expect(await thread('ORDEREDSUBJECT UTF-8 SUBJECT nothing')).toBe('');
  });

  test('REFERENCES follows Message-IDs', async () => {
    await arrive([
      { id: 'a@x', subject: 'one' },
      { id: 'b@x', subject: 'two', references: '<a@x>' },
      { id: 'c@x', subject: 'three', references: '<a@x> <b@x>' },
      { id: 'd@x', subject: 'four', inReplyTo: '<a@x>' },
      { id: 'e@x', subject: 'five' },
    ]);
    expect(await thread('REFERENCES UTF-8 ALL')).toBe('(1 (2 3)(4))(5)');
    expect((await client.ask('UID THREAD REFERENCES UTF-8 2:3'))[0]).toBe('* THREAD (2 3)');
  });

  test('REFERENCES: siblings whose parent is not there stay together', async () => {
    await arrive([
      { id: 'b@x', subject: 'two', references: '<gone@x>' },
      { id: 'c@x', subject: 'three', references: '<gone@x>' },
      { id: 'd@x', subject: 'four', references: '<alone@x>' },
    ]);
    expect(await thread('REFERENCES UTF-8 ALL')).toBe('((1)(2))(3)');
  });

  test('REFERENCES: threads of one subject become one', async () => {
    await arrive([
      { id: 'a@x', subject: 'plan' },
      { id: 'b@x', subject: 'Re: plan' },
      { id: 'c@x', subject: 'other' },
      { id: 'd@x', subject: 'other' },
    ]);
    expect(await thread('REFERENCES UTF-8 ALL')).toBe('(1 2)((3)(4))');
  });

  test('REFERENCES: loops and doubled Message-IDs lose nothing', async () => {
    await arrive([
      { id: 'a@x', subject: 'one', references: '<b@x>' },
      { id: 'b@x', subject: 'two', references: '<a@x>' },
      { id: 'b@x', subject: 'three', references: '<b@x> <b@x>' },
      { subject: 'four', references: '<b@x>' },
    ]);
    expect(await thread('REFERENCES UTF-8 ALL')).toMatch(/^[()1-4 ]+$/);
    const numbers = (await thread('REFERENCES UTF-8 ALL')).match(/\d/g);
    expect(numbers?.sort()).toEqual(['1', '2', '3', '4']);
  });

  test.each(['THREAD', 'THREAD NONSENSE UTF-8 ALL', 'THREAD REFERENCES ALL', 'THREAD REFERENCES UTF-8'])(
    '%s is BAD',
    async (command) => {
      await arrive([{}]);
      expect((await client.transact(command)).completion).toMatch(/^BAD /);
    },
  );
});
