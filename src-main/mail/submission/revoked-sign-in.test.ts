import { expect, test } from 'vitest';
import { MailOffice } from '../../../test/support/mail-office.ts';

const TOM = 1;
const ANNA = 2;
const SIGN_IN = `AUTH PLAIN ${Buffer.from('\0tom@server1.com\0secret-tom').toString('base64')}`;

test('a session ends when what let it in does not any more, after the transaction that is under way', async () => {
  const office = new MailOffice();
  const client = office.connect('submissions');
  await client.readReply();
  await client.command('EHLO client.example');
  expect(await client.command(SIGN_IN)).toMatch(/^235/);
  office.directory.takeBack(ANNA);
  expect(await client.command('MAIL FROM:<tom@server1.com>')).toMatch(/^250/);
  expect(await client.command('RCPT TO:<anna@server1.com>')).toMatch(/^250/);
  expect(await client.command('DATA')).toMatch(/^354/);
  office.directory.takeBack(TOM);
  expect(await client.command('From: tom@server1.com\r\n\r\nhello\r\n.')).toMatch(/^250/);
  expect(await client.readReply()).toEqual(['421 4.7.0 Sign in again: a password was changed or taken back']);
});
