import { describe, expect, test } from 'vitest';
import { MailOffice } from '../../../test/support/mail-office.ts';
import { ReadingOffice } from '../../../test/support/reading-office.ts';
import { refuseWithoutRoom } from './room.ts';

describe('a disk that is nearly full', () => {
  test('lets MAIL be refused for now, and not when there is room', () => {
    const office = new MailOffice();
    expect(refuseWithoutRoom({ hasRoom: () => office.hasRoom })).toBeNull();
    office.hasRoom = false;
    expect(refuseWithoutRoom({ hasRoom: () => office.hasRoom })).toMatchObject({
      code: 452,
      enhanced: '4.3.1',
    });
  });

  test('takes no APPEND, but flags, deletions and the next command', async () => {
    const office = new ReadingOffice();
    await office.arrive('Subject: old\n\n');
    const client = await office.openImap();
    office.hasRoom = false;
    await client.play(`
      C: a1 APPEND INBOX {10}
      S: a1 NO [UNAVAILABLE] The disk of this server is nearly full, try again later
    `);
    client.write('a2 APPEND INBOX {10+}\r\n0123456789\r\n');
    await client.play(`
      S: a2 NO [UNAVAILABLE] The disk of this server is nearly full, try again later
      C: a3 STORE 1 +FLAGS.SILENT (\\Deleted)
      S: a3 OK STORE completed
      C: a4 EXPUNGE
      S: * 1 EXPUNGE
      S: a4 OK EXPUNGE completed
    `);
  });
});
