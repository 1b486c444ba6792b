/** IMAP extensions over the stores that are really used: what is committed by the writer's thread and searched by another. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src-main/host/system-clock.ts';
import { silentLogger } from '../../src-main/base/logger.ts';
import { createMessageIndexer } from '../../src-main/format/message-indexer.ts';
import { createMessageReceiver } from '../../src-main/mail/content/message-receiver.ts';
import { createImapService } from '../../src-main/mail/retrieval/imap/imap-service.ts';
import type { Storage } from '../../src-main/storage/open-storage.ts';
import { addTestAccount, openTestStorage } from '../contract/mail-stores.ts';
import { DialogueClient } from '../support/dialogue-client.ts';
import { OfficeDirectory } from '../support/mail-office.ts';
import { MemoryTranscripts } from '../support/memory-transcripts.ts';

let folder: string;
let storage: Storage;
let client: DialogueClient;
let other: DialogueClient;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-extensions-'));
  storage = await openTestStorage(folder);
  await storage.directory.addDomain({ name: 'example.com', createdAt: 0 });
  // The directory of the tests knows tom as account 1.
  expect(await addTestAccount(storage, 'tom')).toBe(1);
  const directory = new OfficeDirectory();
  const imap = createImapService({
    directory,
    signIns: directory.signIns,
    mailStore: storage.mailStore,
    search: storage.mailSearch,
    receiver: createMessageReceiver({ spool: storage.spool, createIndexer: createMessageIndexer }),
    transcripts: new MemoryTranscripts(),
    events: () => undefined,
    clock: systemClock,
    hostname: () => 'mail.server1.com',
    allowCleartextAuth: () => true,
    logger: silentLogger,
    hasRoom: () => true,
  });
  const open = async (): Promise<DialogueClient> => {
    const opened = new DialogueClient(imap.serve);
    await opened.readLine();
    await opened.ask('LOGIN tom@server1.com secret-tom');
    return opened;
  };
  [client, other] = [await open(), await open()];
});

afterEach(async () => {
  await Promise.all([client.leave(), other.leave()]);
  await storage.close();
  await rm(folder, { recursive: true });
});

test('RFC 5465 NOTIFY: what is committed elsewhere is told between commands, what the client does itself is not', async () => {
  await client.ask('SELECT INBOX');
  await client.ask(
    'NOTIFY SET (selected (MessageNew (UID FLAGS) MessageExpunge)) (personal (MessageNew MessageExpunge MailboxName SubscriptionChange MailboxMetadataChange))',
  );
  await client.play(`
    C: a CREATE Own/Deep
    S: a OK <…>
    C: b RENAME Own Mine
    S: b OK <…>
    C: c SUBSCRIBE Mine
    S: c OK <…>
    C: d APPEND Mine {3+}
    C: abc
    S: d OK <…>
    C: e SETMETADATA Mine (/shared/comment "x")
    S: e OK <…>
    C: f NOOP
    S: f OK NOOP completed
  `);
  await other.ask('CREATE Theirs/Deep');
  await client.play(`
    S: * LIST (\\HasChildren) "/" Theirs
    S: * LIST (\\HasNoChildren) "/" Theirs/Deep
  `);
  await other.ask('RENAME Theirs Ours');
  await client.play('S: * LIST (\\HasChildren) "/" Ours ("OLDNAME" (Theirs))');
  await other.ask('SETMETADATA Ours (/shared/comment "x")');
  await client.play('S: * METADATA Ours /shared/comment');
  other.write('a APPEND Ours (\\Seen) {3+}\r\nabc\r\n');
  await other.readCompletion('a');
  await client.play('S: * STATUS Ours (MESSAGES 1 UIDNEXT 2 UIDVALIDITY <…>)');
  other.write('b APPEND INBOX (\\Deleted) {3+}\r\nabc\r\n');
  await other.readCompletion('b');
  await client.play(`
    S: * 1 EXISTS
    S: * 1 FETCH (UID 1 FLAGS (\\Deleted))
  `);
  await other.ask('SELECT INBOX');
  await other.ask('EXPUNGE');
  await client.play('S: * 1 EXPUNGE');
  await other.ask('DELETE Ours/Deep');
  await client.play(`
    S: * LIST (\\NonExistent \\HasNoChildren) "/" Ours/Deep
    S: * LIST (\\HasNoChildren) "/" Ours
  `);
});

test('RFC 4469 CATENATE and RFC 7377 ESEARCH: a large part is copied, and found where it came to lie', async () => {
  const large = `Subject: large\r\n\r\n${'0123456789abcde\n'.replaceAll('\n', '\r\n').repeat(40_000)}needle\r\n`;
  client.write(`a APPEND Drafts {${large.length}+}\r\n${large}\r\n`);
  await client.readCompletion('a');
  await client.play(`
    C: b APPEND Archive CATENATE (URL "/Drafts/;UID=1/;SECTION=HEADER" URL "/Drafts/;UID=1/;SECTION=TEXT")
    S: b OK [APPENDUID <…> 1] APPEND completed
    C: c ESEARCH IN (personal) RETURN (COUNT) BODY needle
    S: * ESEARCH (TAG "c" MAILBOX Archive UIDVALIDITY <…>) UID COUNT 1
    S: * ESEARCH (TAG "c" MAILBOX Drafts UIDVALIDITY <…>) UID COUNT 1
    S: c OK ESEARCH completed
    C: d STATUS Archive (SIZE)
    S: * STATUS Archive (SIZE ${large.length})
    S: d OK STATUS completed
  `);
});
