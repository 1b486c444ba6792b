import { describe, expect, test } from 'vitest';
import { ReadingOffice, TOM } from '../../../../test/support/reading-office.ts';

const MESSAGE = 'Subject: appended\r\n\r\nHello\r\n';

describe('RFC 9051 §6.3.12 APPEND', () => {
  test('asks for a synchronizing literal, keeps flags and date, and says which UID (RFC 4315 §3)', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap();
    await client.play(`
      C: a1 APPEND INBOX (\\Seen $Work) " 7-Feb-1994 21:52:25 -0800" {${MESSAGE.length}}
      S: + Ready for the literal
    `);
    client.write(`${MESSAGE}\r\n`);
    await client.play(`
      S: * 1 EXISTS
      S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work)
      S: a1 OK [APPENDUID <…> 1] APPEND completed
      C: a2 FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE)
      S: * 1 FETCH (FLAGS (\\Seen $Work) INTERNALDATE " 8-Feb-1994 05:52:25 +0000" RFC822.SIZE ${MESSAGE.length})
      S: a2 OK FETCH completed
    `);
  });

  test('takes a non-synchronizing literal (RFC 7888), a literal as mailbox name, and no flags at all', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    client.write(`a1 APPEND {4+}\r\nSent {${MESSAGE.length}+}\r\n${MESSAGE}\r\na2 NOOP\r\n`);
    await client.play(`
      S: a1 OK [APPENDUID <…> 1] APPEND completed
      S: a2 OK NOOP completed
      C: a3 APPEND {4}
      S: + Ready for the literal
      C: Sent () {2}
      S: + Ready for the literal
      C: ab
      S: a3 OK [APPENDUID <…> 2] APPEND completed
    `);
  });

  test('refuses before it asks (APPENDLIMIT: RFC 7889), and skips what comes unasked', async () => {
    const office = new ReadingOffice({ quotaBytesOf: () => 20 });
    const client = await office.openImap(null);
    await client.play(`
      C: a1 APPEND Nothing {10}
      S: a1 NO [TRYCREATE] No such mailbox
      C: a2 APPEND INBOX {99999999999}
      S: a2 NO [TOOBIG] The message is too large
      C: a3 APPEND INBOX (\\Nonsense) {10}
      S: a3 NO [CANNOT] \\Nonsense is no flag that can be set
    `);
    client.write(
      `a4 APPEND Nothing {${MESSAGE.length}+}\r\n${MESSAGE}\r\na5 APPEND INBOX {${MESSAGE.length}+}\r\n${MESSAGE}\r\n`,
    );
    await client.play(`
      S: a4 NO [TRYCREATE] No such mailbox
      S: a5 NO [OVERQUOTA] The account is full
      C: a6 STATUS INBOX (MESSAGES)
      S: * STATUS INBOX (MESSAGES 0)
      S: a6 OK STATUS completed
    `);
  });

  test('takes no message with NUL, and nothing after a message but another', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    client.write('a1 APPEND INBOX {2+}\r\nab (\\Seen) and more\r\n');
    await client.play('S: a1 BAD Nothing but another part or message can follow here');
    client.write(
      'a2 APPEND INBOX {3+}\r\na\0b\r\na3 APPEND INBOX ~{3+}\r\na\0b\r\na4 APPEND INBOX ~{3+}\r\nabc\r\n',
    );
    await client.play(`
      S: a2 BAD A literal must not hold NUL
      S: a3 NO [UNKNOWN-CTE] A message must not hold NUL
      S: a4 OK <…>
    `);
  });

  test('a large message goes through the spool, and leaves nothing when the client breaks off', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    const text = `Subject: large\r\n\r\n${'x'.repeat(998)}\r\n`.padEnd(300_000, 'y');
    client.write(`a1 APPEND INBOX {${text.length}+}\r\n${text}\r\n`);
    await client.play('S: a1 OK <…>');
    expect(office.spool.files.size).toBe(1);
    client.write(`a2 APPEND INBOX {${text.length}+}\r\n${text.slice(0, 200_000)}`);
    await client.leave();
    expect(office.spool.files.size).toBe(1);
    expect((await office.store.findMailbox(TOM, 'INBOX'))?.messageCount).toBe(1);
    expect(office.transcripts.last.end).toBe('lost');
  });
});

describe('when the disk is full', () => {
  const LARGE = `Subject: large\r\n\r\n${'x'.repeat(200_000)}`;
  const failing = (code: string) => Object.assign(new Error('it failed'), { code });

  test('the message is refused, its octets are not taken for commands, and the session goes on', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap();
    office.spool.create = () => Promise.reject(failing('ENOSPC'));
    client.write(`a1 APPEND INBOX {${LARGE.length}+}\r\n${LARGE}\r\n`);
    await client.play(`
      S: a1 NO [UNAVAILABLE] The disk of this server is full, try again later
      C: a2 NOOP
      S: a2 OK NOOP completed
    `);
  });

  test.each([
    ['SQLITE_FULL', 'The disk of this server is full, try again later'],
    ['SQLITE_IOERR_WRITE', 'The disk of this server reports errors, try again later'],
    ['SQLITE_CONSTRAINT', 'The message could not be stored, try again later'],
  ])('a failing commit refuses it too, and leaves no file behind: %s', async (code, text) => {
    const office = new ReadingOffice();
    const client = await office.openImap();
    office.store.appendMessages = () => Promise.reject(failing(code));
    client.write(`a1 APPEND INBOX {${LARGE.length}+}\r\n${LARGE}\r\n`);
    await client.play(`
      S: a1 NO [UNAVAILABLE] ${text}
    `);
    expect(office.spool.files.size).toBe(0);
  });
});
