import { describe, expect, test } from 'vitest';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const MESSAGE = 'From: anna@server1.com\nSubject: hello\n\nworld\n';

describe('SELECT', () => {
  test('answers as RFC 3501 has it', async () => {
    const office = new ReadingOffice();
    await office.arrive(MESSAGE, { flags: ['\\Seen'] });
    await office.arrive(MESSAGE, { flags: ['$Forwarded'] });
    const client = await office.openImap(null);
    await client.play(`
      C: A142 SELECT INBOX
      S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded)
      S: * 2 EXISTS
      S: * 0 RECENT
      S: * OK [UNSEEN 2] First unseen message
      S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded \\*)] Flags that are kept
      S: * OK [UIDVALIDITY <…>] UIDs are valid
      S: * OK [UIDNEXT 3] Next UID
      S: * OK [HIGHESTMODSEQ <…>] Highest
      S: * OK [MAILBOXID (id<…>)] Mailbox identifier
      S: A142 OK [READ-WRITE] Opened
      C: A143 SELECT nothing
      S: * OK [CLOSED] The previous mailbox is closed
      S: A143 NO [NONEXISTENT] No such mailbox
      C: A144 FETCH 1 FLAGS
      S: A144 BAD FETCH is not allowed in this state
    `);
  });

  test('answers as RFC 9051 has it once IMAP4rev2 is enabled', async () => {
    const office = new ReadingOffice();
    await office.arrive(MESSAGE);
    const client = await office.openImap(null);
    await client.play(`
      C: A1 ENABLE IMAP4rev2
      S: * ENABLED IMAP4rev2
      S: A1 OK ENABLE completed
      C: A2 EXAMINE inbox
      S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
      S: * 1 EXISTS
      S: * OK [PERMANENTFLAGS ()] Flags that are kept
      S: * OK [UIDVALIDITY <…>] UIDs are valid
      S: * OK [UIDNEXT 2] Next UID
      S: * OK [HIGHESTMODSEQ <…>] Highest
      S: * OK [MAILBOXID (id<…>)] Mailbox identifier
      S: * LIST () "/" "INBOX"
      S: A2 OK [READ-ONLY] Opened to read only
      C: A3 STORE 1 +FLAGS (\\Seen)
      S: A3 NO [READ-ONLY] The mailbox is open to read only
    `);
  });
});

describe('CLOSE and UNSELECT (RFC 3691)', () => {
  test('CLOSE expunges without a word, UNSELECT and a mailbox open to read only do not', async () => {
    const office = new ReadingOffice();
    await office.arrive(MESSAGE, { flags: ['\\Deleted'] });
    const client = await office.openImap();
    await client.play(`
      C: A1 UNSELECT
      S: A1 OK UNSELECT completed
      C: A2 EXAMINE INBOX
      S: * FLAGS <…>
      S: * 1 EXISTS
      S: * 0 RECENT
      S: * OK [UNSEEN 1] <…>
      S: * OK [PERMANENTFLAGS ()] <…>
      S: * OK [UIDVALIDITY <…>
      S: * OK [UIDNEXT 2] <…>
      S: * OK [HIGHESTMODSEQ <…>] Highest
      S: * OK [MAILBOXID (id<…>)] Mailbox identifier
      S: A2 OK [READ-ONLY] <…>
      C: A3 CLOSE
      S: A3 OK CLOSE completed
      C: A4 STATUS INBOX (MESSAGES DELETED)
      S: * STATUS INBOX (MESSAGES 1 DELETED 1)
      S: A4 OK STATUS completed
    `);
    await client.ask('SELECT INBOX');
    await client.ask('CLOSE');
    expect(await client.ask('STATUS INBOX (MESSAGES)')).toEqual(['* STATUS INBOX (MESSAGES 0)']);
  });
});

test('RFC 3501 §6.4.1 CHECK: everything is on disk already, and what has changed is told', async () => {
  const office = new ReadingOffice();
  const client = await office.openImap();
  await office.arrive('Subject: x\n\n');
  await client.play(`
    C: FXXZ CHECK
    S: * 1 EXISTS
    S: FXXZ OK CHECK completed
    C: a CLOSE
    S: a OK CLOSE completed
    C: b CHECK
    S: b BAD CHECK is not allowed in this state
  `);
});
