/** What clients send when they sign in to IMAP and POP3, in any order and however broken: no secret is left in a transcript. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReadingOffice } from '../support/reading-office.ts';

const SECRET = 'a-very-secret-word';
const ENCODED = Buffer.from(`\0tom\0${SECRET}`).toString('base64');
const TOKEN = Buffer.from(`n,,\u0001auth=Bearer ${SECRET}\u0001\u0001`).toString('base64');

const imapAttempts = fc.constantFrom<readonly string[]>(
  [`a LOGIN tom ${SECRET}`],
  [`a login "tom" "${SECRET}"`],
  [`a LOGIN tom {${SECRET.length}+}`, SECRET],
  [`a LOGIN {3+}`, `tom {${SECRET.length}+}`, SECRET],
  [`LOGIN tom ${SECRET}`],
  [`a LOGIN tom ${SECRET} ${SECRET}`],
  ['a AUTHENTICATE PLAIN', ENCODED],
  [`a AUTHENTICATE PLAIN ${ENCODED}`],
  ['a AUTHENTICATE LOGIN', ENCODED, ENCODED],
  [`a AUTHENTICATE OAUTHBEARER ${TOKEN}`],
  ['a AUTHENTICATE XOAUTH2', TOKEN],
  ['a AUTHENTICATE PLAIN', '*'],
  ['a NOOP'],
  ['a SELECT INBOX'],
);

const pop3Attempts = fc.constantFrom<readonly string[]>(
  ['USER tom', `PASS ${SECRET}`],
  [`PASS ${SECRET}`],
  [`pass ${SECRET} ${SECRET}`],
  [`APOP tom ${SECRET}`],
  ['AUTH PLAIN', ENCODED],
  [`AUTH PLAIN ${ENCODED}`],
  ['AUTH LOGIN', ENCODED, ENCODED],
  [`AUTH OAUTHBEARER ${TOKEN}`],
  ['AUTH XOAUTH2', TOKEN],
  ['NOOP'],
  ['CAPA'],
);

test.each([
  ['IMAP', imapAttempts, 'a LOGOUT'],
  ['POP3', pop3Attempts, 'QUIT'],
] as const)(
  '%s: no order of sign-in attempts brings a secret into the transcript',
  async (protocol, attempts, goodbye) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(attempts, { maxLength: 6 }),
        fc.boolean(),
        async (lines, allowCleartextAuth) => {
          const office = new ReadingOffice({ allowCleartextAuth });
          const client = protocol === 'IMAP' ? office.connectImap() : office.connectPop3();
          client.write(`${[...lines.flat(), goodbye].join('\r\n')}\r\n`);
          await client.leave();
          const said = JSON.stringify([office.transcripts.last.lines, office.transcripts.last.facts]);
          for (const secret of [SECRET, ENCODED, TOKEN]) expect(said).not.toContain(secret);
          expect(office.transcripts.last.lines.length).toBeGreaterThan(1);
        },
      ),
    );
  },
);
