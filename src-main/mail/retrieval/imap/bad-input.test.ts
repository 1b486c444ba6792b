import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';
import type { DialogueClient } from '../../../../test/support/dialogue-client.ts';

/** A client in one of the states of RFC 9051 §3. */
function openIn(office: ReadingOffice, state: string): Promise<DialogueClient> {
  if (state === 'notAuthenticated') return Promise.resolve(office.connectImap());
  return office.openImap(state === 'selected' ? 'INBOX' : null);
}

const state = fc.constantFrom('notAuthenticated', 'authenticated', 'selected');

async function servesTheNextClient(office: ReadingOffice): Promise<void> {
  const next = await office.openImap();
  await next.ask('NOOP');
  await next.leave();
}

describe('any input', () => {
  test('random octets get BAD or BYE, and the next client is served', async () => {
    const office = new ReadingOffice();
    await office.arrive('Subject: x\n\n');
    await fc.assert(
      fc.asyncProperty(state, fc.uint8Array({ maxLength: 200 }), async (inState, octets) => {
        const client = await openIn(office, inState);
        client.write(octets);
        client.write('\r\n');
        await client.leave();
      }),
      { numRuns: 200 },
    );
    await servesTheNextClient(office);
  });

  test('pieces of commands in any order are answered under their tags, one answer each', async () => {
    const office = new ReadingOffice();
    await office.arrive('Subject: x\n\n');
    const piece = fc.constantFrom(
      ...[
        'FETCH',
        'STORE',
        'SEARCH',
        'UID',
        'LIST',
        'APPEND',
        'COPY',
        'SELECT',
        'STATUS',
        'CREATE',
        'EXPUNGE',
      ],
      ...['ENABLE', 'RENAME', 'LSUB', 'ID', 'CHECK', 'SUBSCRIBE', 'EXAMINE', 'NAMESPACE', 'MOVE', 'NOOP'],
      ...[
        '1',
        '*',
        '1:*',
        '2,4',
        '$',
        '0',
        '4294967296',
        'INBOX',
        '""',
        '"',
        '(',
        ')',
        '()',
        '\\Seen',
        '+FLAGS',
      ],
      ...[
        '(FLAGS)',
        'BODY[]',
        'BODY[1.MIME]<0.9>',
        'BODY.PEEK[HEADER.FIELDS (A)]',
        'ALL',
        'RETURN',
        '(STATUS (SIZE))',
      ],
      ...[
        'NIL',
        '{0+}\r\n',
        '{3+}\r\nabc',
        '%',
        '&AOk-',
        'é',
        'OR',
        'NOT',
        'SINCE',
        '1-Jan-2026',
        'CHARSET',
        '~{1+}\r\nx',
      ],
      ...['ESEARCH', 'NOTIFY', 'GETMETADATA', 'SETMETADATA', 'REPLACE', 'SORT', 'THREAD', 'IN', 'SET'],
      ...[
        '(personal)',
        '(selected',
        'MessageNew',
        'MessageExpunge',
        'FlagChange',
        '(personal (MailboxName))',
      ],
      ...['/private/comment', '(/shared/comment', '(DEPTH 1)', 'RETURN (PARTIAL -1:-2)', 'UIDONLY'],
      ...['CATENATE', '(URL', 'URL ";UID=1"', 'TEXT {3+}\r\nabc', 'TEXT {0+}\r\n'],
    );
    const command = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(' '));
    await fc.assert(
      fc.asyncProperty(
        state,
        fc.array(command, { minLength: 1, maxLength: 8 }),
        async (inState, commands) => {
          const client = await openIn(office, inState);
          for (const [index, text] of commands.entries()) client.write(`z${index} ${text}\r\n`);
          client.write('end NOOP\r\n');
          const { untagged, completion } = await client.readCompletion('end');
          expect(completion).toMatch(/^(OK |BAD |\(closed\))/);
          for (const index of commands.keys()) {
            const answers = untagged.filter((line) => line.startsWith(`z${index} `));
            if (completion !== '(closed)') expect(answers).toHaveLength(1);
          }
          await client.leave();
        },
      ),
      { numRuns: 400 },
    );
    await servesTheNextClient(office);
  });
});

describe('limits', () => {
  test('a line that never ends is BYE', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    client.write('a1 NOOP '.padEnd(70_000, 'x'));
    await client.play('S: * BYE [TOOBIG] Command too long');
    await client.leave();
    await servesTheNextClient(office);
  });

  test('literals that are too large are not asked for, or skipped, before and after the sign-in', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.play(`
      S: * OK <…>
      C: a1 LOGIN {5000}
      S: a1 BAD [TOOBIG] Command or literal too long
    `);
    client.write(`a2 LOGIN {5000+}\r\n${'x'.repeat(5000)} y\r\na3 NOOP\r\n`);
    await client.play(`
      S: a2 BAD [TOOBIG] Command or literal too long
      S: a3 OK NOOP completed
      C: a4 LOGIN {999999999999+}
      S: * BYE [TOOBIG] Command too long
    `);
    const reader = await office.openImap();
    await reader.play(`
      C: a1 SEARCH SUBJECT {70000}
      S: a1 BAD [TOOBIG] Command or literal too long
      C: a2 NOOP
      S: a2 OK NOOP completed
    `);
  });

  test('a literal that never comes ends in BYE, and nothing is kept', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    client.write('a1 APPEND INBOX {100}\r\n');
    await client.play('S: + Ready for the literal');
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    office.clock.advance(6 * 60_000);
    await client.play('S: * BYE Idle for too long');
    await client.leave();
    expect(office.spool.files.size).toBe(0);
  });

  test('ten commands in a row that are not IMAP are enough', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.readLine();
    client.write('GET / HTTP/1.1\r\n'.repeat(10));
    for (let i = 0; i < 10; i++) await client.play('S: GET BAD <…>');
    await client.play('S: * BYE Too many commands that are not IMAP');
    expect(await client.readLine()).toBeNull();
  });

  test('nobody has to be signed in for long, and nobody waits forever', async () => {
    const office = new ReadingOffice();
    const stranger = office.connectImap();
    await stranger.readLine();
    const reader = await office.openImap();
    office.clock.advance(3 * 60_000);
    await stranger.play('S: * BYE Idle for too long');
    await reader.ask('NOOP');
    office.clock.advance(31 * 60_000);
    await reader.play('S: * BYE Idle for too long');
  });
});

test('a fault of ours costs one command, and the log has it', async () => {
  const office = new ReadingOffice();
  const client = await office.openImap();
  office.store.listMailboxes = () => Promise.reject(new Error('disk on fire'));
  expect((await client.transact('LIST "" *')).completion).toBe(
    'NO [SERVERBUG] Internal error, see the log (session-1)',
  );
  await client.ask('NOOP');
});

test.each([
  ['SQLITE_FULL', '[UNAVAILABLE] The disk of this server is full, try again later'],
  ['EIO', '[UNAVAILABLE] The disk of this server reports errors, try again later'],
  ['SQLITE_CORRUPT', '[CORRUPTION] Data of this server is damaged, its administrator has to look at it'],
])('trouble of the disk is told as that (RFC 5530 §3): %s', async (code, told) => {
  const office = new ReadingOffice();
  const client = await office.openImap();
  office.store.listMailboxes = () => Promise.reject(Object.assign(new Error('it failed'), { code }));
  expect((await client.transact('LIST "" *')).completion).toBe(`NO ${told}`);
  await client.ask('NOOP');
});
