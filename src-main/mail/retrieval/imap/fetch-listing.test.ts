import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { ReadingOffice, TOM } from '../../../../test/support/reading-office.ts';
import { hasKeptFields } from '../../mailstore/listing/port.ts';
import { summarize } from '../../mailstore/listing/message-summary.ts';
import type { MailStore, MessageSummary } from '../../mailstore/port.ts';
import { createScanSearch } from '../../mailstore/search/scan-search.ts';

const CORPUS = 'test/fixtures/mime-torture';
const ITEMS = [
  'ENVELOPE',
  'BODYSTRUCTURE',
  'BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)]',
  'BODY.PEEK[HEADER.FIELDS (To CC References List-Id content-type X-PRIORITY)]',
  'UID FLAGS INTERNALDATE RFC822.SIZE SAVEDATE MODSEQ',
];

/** The same messages with summaries of all that can have one. */
function withSummaries(store: MailStore): MailStore {
  const read = async (id: number, uid: number): Promise<MessageSummary | null> => {
    const message = await store.openMessage(id, uid);
    if (message === null) return null;
    const octets = await message.readRange(0, message.index.root.bodyStart);
    return summarize(message.index, () => octets);
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'readSummaries')
        return async (id: number, uids: readonly number[], parts: readonly (keyof MessageSummary)[]) => {
          const summaries = new Map<number, (string | null)[]>();
          for (const uid of uids) {
            const summary = await read(id, uid);
            if (summary !== null)
              summaries.set(
                uid,
                parts.map((part) => summary[part]),
              );
          }
          return summaries;
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

let office: ReadingOffice;
let plain: DialogueClient;
let quick: DialogueClient;

beforeEach(async () => {
  office = new ReadingOffice();
  const mailStore = withSummaries(office.store);
  const other = { mailStore, search: createScanSearch(mailStore), receiver: office.receiver };
  plain = await office.openImap();
  quick = await new ReadingOffice({ other }).openImap();
});

async function arriveAsIs(octets: Uint8Array): Promise<void> {
  const writer = office.receiver.begin();
  await writer.write(octets);
  const content = await writer.finish();
  await office.store.deposit(TOM, 'INBOX', {
    prefix: 'Return-Path: <a@b.example>\r\n',
    content,
    flags: ['\\Seen', '$Work'],
    internalDate: 1_000,
    traceId: 'trace',
  });
}

/** What FETCH says of the last message, with and without summaries. */
async function fetchBoth(items: string): Promise<[string[], string[]]> {
  for (const client of [plain, quick]) await client.transact('NOOP');
  return [await plain.ask(`FETCH * (${items})`), await quick.ask(`FETCH * (${items})`)];
}

describe('FETCH of what lists show answers from summaries what it answers from messages', () => {
  const names = readdirSync(CORPUS).filter((name) => name.endsWith('.eml'));
  it.each(names)('%s', async (name) => {
    await arriveAsIs(readFileSync(join(CORPUS, name)));
    for (const items of ITEMS) {
      const [expected, answered] = await fetchBoth(items);
      expect(answered).toEqual(expected);
    }
  });

  it('whatever a header section looks like', async () => {
    const piece = fc.constantFrom(
      ...[
        'From',
        'FROM: a@b',
        'Subject: x',
        'Date',
        ':',
        ' ',
        '\t',
        '\r\n',
        '\n',
        '\r',
        '\r\n ',
        'é',
        '\0',
        'X-Y: z',
      ],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 25 }), async (pieces) => {
        await arriveAsIs(Buffer.from(`${pieces.join('')}\r\n\r\ntext\r\n`, 'latin1'));
        const [expected, answered] = await fetchBoth(ITEMS.slice(0, 3).join(' '));
        expect(answered).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('with UIDONLY (RFC 9586 §3.3)', async () => {
    await arriveAsIs(Buffer.from('Subject: x\r\n\r\ntext\r\n'));
    for (const client of [plain, quick]) await client.transact('ENABLE UIDONLY');
    for (const client of [plain, quick])
      expect((await client.ask('UID FETCH * (FLAGS ENVELOPE)'))[0]).toMatch(/^\* 1 UIDFETCH \(FLAGS/);
  });

  it('in BODYSTRUCTURE of a message/global part, which RFC 3501 does not know, to each client its own', async () => {
    const inner = 'Content-Type: message/global\r\n\r\nSubject: in\r\n\r\ntext\r\n';
    await arriveAsIs(Buffer.from(`Subject: out\r\n${inner}`));
    for (const client of [plain, quick]) await client.transact('ENABLE IMAP4rev2');
    const [expected, answered] = await fetchBoth('BODYSTRUCTURE');
    expect(answered).toEqual(expected);
  });
});

test('the fields that a delivered copy has of its own are never answered from what all copies share', () => {
  for (const name of ['Return-Path', 'Delivered-To', 'X-Original-To', 'Received'])
    expect(hasKeptFields([name])).toBe(false);
});

test('a transcript shows the first responses of a long list without what is in the messages, and how many followed', async () => {
  for (let number = 0; number < 30; number++) await office.arrive('Subject: private\n\ntext\n');
  const mailStore = withSummaries(office.store);
  const other = { mailStore, search: createScanSearch(mailStore), receiver: office.receiver };
  const reading = new ReadingOffice({ other });
  const client = await reading.openImap();
  await client.ask('FETCH 1:* (UID ENVELOPE)');
  const lines = reading.transcripts.last.lines;
  expect(lines.filter((line) => line.includes(' FETCH ('))).toHaveLength(20);
  expect(lines).toContain('S: * 20 FETCH (UID 20 ENVELOPE (…))');
  expect(lines).toContain('-- 10 more responses');
  expect(lines.join()).not.toContain('private');
});
