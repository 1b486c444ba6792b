/** DSNs through the whole service, read by Python's imaplib and email package: a judge that is not ours. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createIdMaker } from '../../src-main/base/ids.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import { Connection } from '../../src-main/storage/connection.ts';
import { openTestStorage } from '../contract/mail-stores.ts';
import { runPython } from '../support/clients.ts';
import { readDsns } from '../support/read-dsns.ts';
import { makeWorkFolder, startOffice, startOfficeAndKill } from '../support/service-process.ts';
import type { ServiceProcess } from '../support/service-process.ts';

let folder: Awaited<ReturnType<typeof makeWorkFolder>>;
let service: ServiceProcess;

beforeEach(async () => {
  folder = await makeWorkFolder();
  service = await startOffice(folder);
});

afterEach(async () => {
  await service.end();
  await folder.remove();
});

const readInbox = (count: number) =>
  readDsns(service.port('imap'), { user: 'tom@server1.com', password: 'tom-password' }, count);

/** Puts messages into the stopped service's queue, to accounts that have gone since they were accepted. */
async function queueToNobody(count: number, body: string): Promise<void> {
  const storage = await openTestStorage(folder.data);
  const makeId = createIdMaker(Date.now, (length) => crypto.getRandomValues(new Uint8Array(length)));
  const receiver = createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer });
  for (let i = 0; i < count; i++) {
    const writer = receiver.begin();
    await writer.write(Buffer.from(`From: tom@server1.com\r\nSubject: letter ${i}\r\n\r\n${body}`));
    await storage.queue.enqueue({
      id: makeId(),
      content: await writer.finish(),
      reversePath: 'tom@server1.com',
      receivedAt: Date.now(),
      origin: 'submission',
      smtpUtf8: false,
      recipients: [`gone${i}@server1.com`],
      dsn: { returns: 'full', envelopeId: `letter ${i}` },
      events: [],
    });
  }
  await storage.close();
}

/** Messages in the stopped service's queue, and how many of them are DSNs. */
async function countQueued(): Promise<{ messages: number; dsns: number }> {
  const storage = await openTestStorage(folder.data);
  const entries = await storage.queue.list({ offset: 0, limit: 10_000 });
  await storage.close();
  return { messages: entries.length, dsns: entries.filter(({ origin }) => origin === 'bounce').length };
}

/** Resolves when a DSN is committed; soon after it is delivered. */
async function dsnIsQueued(): Promise<void> {
  const connection = new Connection(join(folder.data, 'postroom.db'), { readonly: true });
  const isQueued = () =>
    connection.get("SELECT 1 FROM queue_entry WHERE origin = 'bounce' LIMIT 1") !== undefined;
  const deadline = Date.now() + 30_000;
  while (!isQueued() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
  connection.close();
}

const SUBMIT = `
import smtplib, sys
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as smtp:
    smtp.ehlo()
    assert smtp.has_extn('dsn')
    smtp.login('tom@server1.com', 'tom-password')
    smtp.sendmail('tom@server1.com', ['anna@server1.com'], 'Subject: meeting\\r\\n\\r\\nAt ten.\\r\\n',
                  mail_options=['RET=HDRS', 'ENVID=QQ+2B1'],
                  rcpt_options=['NOTIFY=SUCCESS,FAILURE', 'ORCPT=rfc822;anna+2Bwork@server1.com'])
`;

describe('a DSN in the sender’s INBOX', () => {
  test('confirms a delivery where smtplib asked for it', async () => {
    const { code, output } = await runPython(SUBMIT, [String(service.port('submission'))]);
    expect(output).toBe('');
    expect(code).toBe(0);
    const [dsn] = await readInbox(1);
    expect(dsn).toMatchObject({
      type: 'multipart/report',
      reportType: 'delivery-status',
      returnPath: '<>',
      from: 'Mail Delivery System <postmaster@server1.com>',
      to: 'tom@server1.com',
      subject: 'Delivered: meeting',
      autoSubmitted: 'auto-replied',
      defects: [],
      parts: ['text/plain', 'message/delivery-status', 'text/rfc822-headers'],
      status: [
        { 'original-envelope-id': 'QQ+1', 'reporting-mta': 'dns; mail.server1.com' },
        {
          'original-recipient': 'rfc822; anna+work@server1.com',
          'final-recipient': 'rfc822; anna@server1.com',
          action: 'delivered',
          status: '2.1.5',
        },
      ],
    });
  });

  test('tells of a mailbox that has gone since the message was accepted, and brings the message back', async () => {
    await service.end();
    await queueToNobody(1, 'Good morning, 早上好.\r\n');
    service = await startOffice(folder);
    const [dsn] = await readInbox(1);
    expect(dsn).toMatchObject({
      subject: '未能投递：letter 0',
      defects: [],
      parts: ['text/plain', 'message/delivery-status', 'message/rfc822'],
      returnedSubject: 'letter 0',
      status: [
        { 'original-envelope-id': 'letter 0' },
        { 'final-recipient': 'rfc822; gone0@server1.com', action: 'failed', status: '5.1.1' },
      ],
    });
    expect(dsn?.text).toContain('没有这个名称的邮箱');
  });

  test('comes once for each failure, however often the service is killed on the way', async () => {
    const count = 400;
    await service.end();
    // Too large for the database's own rows: the DSNs' files are part of what a kill may leave half done.
    await queueToNobody(count, 'Good morning.\r\n'.repeat(10_000));
    const left = [{ messages: count, dsns: 0 }];
    for (let kill = 0; kill < 3 && left.at(-1)?.messages !== 0; kill++) {
      await startOfficeAndKill(folder, dsnIsQueued);
      left.push(await countQueued());
    }
    console.log(
      `left after each kill: ${left.map(({ messages, dsns }) => `${messages} (${dsns} DSNs)`).join(', ')}`,
    );
    expect(left.some(({ dsns }) => dsns > 0)).toBe(true);
    service = await startOffice(folder);
    await readInbox(count);
    await service.end();
    expect(await countQueued()).toEqual({ messages: 0, dsns: 0 });
    service = await startOffice(folder);
    const dsns = await readInbox(count);
    const told = dsns.map((dsn) => dsn.status[1]?.['final-recipient']).sort();
    const expected = Array.from({ length: count }, (_, i) => `rfc822; gone${i}@server1.com`).sort();
    expect(told).toEqual(expected);
  });
});
