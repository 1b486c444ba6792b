import { expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const MESSAGE = 'Subject: Grüße\r\n\r\n你好\r\n';
const OCTETS = Buffer.byteLength(MESSAGE);

test('RFC 6855 §3: ENABLE UTF8=ACCEPT lets names and strings be UTF-8', async () => {
  const office = new ReadingOffice();
  await office.arrive('From: "Jörg" <j@server1.com>\nSubject: Grüße\n\nx\n');
  const client = await office.openImap();
  expect((await client.ask('FETCH 1 ENVELOPE')).join('\n')).not.toContain('"Grüße"');
  await client.play(`
    C: a1 ENABLE UTF8=ACCEPT
    S: * ENABLED UTF8=ACCEPT
    S: a1 OK ENABLE completed
    C: a2 CREATE "Büro"
    S: a2 OK <…>
    C: a3 LIST "" B*
    S: * LIST (\\HasNoChildren) "/" "Büro"
    S: a3 OK LIST completed
    C: a4 SEARCH CHARSET UTF-8 ALL
    S: a4 BAD CHARSET cannot be given with UTF8=ACCEPT
    C: a5 SEARCH SUBJECT "Grüße"
    S: * SEARCH 1
    S: a5 OK SEARCH completed
  `);
  expect((await client.ask('FETCH 1 ENVELOPE')).join('\n')).toContain('"Grüße"');
});

test('RFC 6855 §4: APPEND takes UTF8 (~{…}) once it is enabled', async () => {
  const office = new ReadingOffice();
  const client = await office.openImap();
  client.write(`a1 APPEND INBOX UTF8 (~{${OCTETS}+}\r\n${MESSAGE})\r\n`);
  await client.play(`
    S: a1 BAD UTF8=ACCEPT is not enabled
    C: a2 ENABLE UTF8=ACCEPT
    S: * ENABLED UTF8=ACCEPT
    S: a2 OK ENABLE completed
    C: a3 APPEND INBOX (\\Seen) UTF8 (~{${OCTETS}}
    S: + Ready for the literal
  `);
  client.write(`${MESSAGE})\r\n`);
  await client.play(`
    S: * 1 EXISTS
    S: a3 OK [APPENDUID <…> 1] APPEND completed
    C: a4 FETCH 1 RFC822.SIZE
    S: * 1 FETCH (RFC822.SIZE ${OCTETS})
    S: a4 OK FETCH completed
  `);
  client.write(`a6 APPEND INBOX UTF8 (~{3+}\r\nabc\r\na7 APPEND INBOX UTF8 (~{3+}\r\nabc) {3+}\r\ndef\r\n`);
  await client.play(`
    S: a6 BAD Nothing but another part or message can follow here
    S: * 3 EXISTS
    S: a7 OK [APPENDUID <…> 2:3] APPEND completed
  `);
});
