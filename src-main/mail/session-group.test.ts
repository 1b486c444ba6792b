import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../test/support/reading-office.ts';

describe('switching an account off', () => {
  test('ends its sessions with a goodbye, and only its own', async () => {
    const office = new ReadingOffice();
    const tom = await office.openImap();
    const maildrop = office.connectPop3();
    await maildrop.play(`
      S: +OK mail.server1.com Postroom ready
      C: USER anna@server1.com
      S: +OK Now the password
      C: PASS secret-anna
      S: +OK <…> messages
    `);
    office.directory.disable('anna@server1.com');
    await maildrop.play(`
      S: -ERR <…>This account was switched off
    `);
    await tom.play(`
      C: a1 NOOP
      S: a1 OK NOOP completed
    `);
    office.directory.disable('tom@server1.com');
    await tom.play(`
      S: * BYE This account was switched off
    `);
    // A client that does not hang up is cut off a little later.
    office.clock.advance(60_000);
    await expect.poll(() => office.imap.sessionCount).toBe(0);
  });
});
