import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MailOffice } from '../support/mail-office.ts';

const SECRET = Buffer.from('\0tom@server1.com\0a-very-secret-word').toString('base64');

/** How clients sign in, or try to: what follows AUTH may always be a secret. */
const attempts = fc.constantFrom(
  [`AUTH PLAIN ${SECRET}`],
  ['AUTH PLAIN', SECRET],
  ['AUTH LOGIN', SECRET, SECRET],
  [`AUTH LOGIN ${SECRET}`, SECRET],
  [`AUTH CRAM-MD5 ${SECRET}`, SECRET],
  [`auth  plain\t${SECRET} ${SECRET}`],
  ['AUTH PLAIN', '*', SECRET],
  ['NOOP'],
  ['MAIL FROM:<tom@server1.com>'],
  ['EHLO again.example'],
);

test('no order of sign-in attempts brings a secret into the transcript', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(attempts, { maxLength: 6 }),
      fc.boolean(),
      fc.constantFrom('submission', 'submissions', 'reception'),
      async (lines, allowCleartextAuth, service) => {
        const office = new MailOffice({ allowCleartextAuth });
        const client = office.connect(service);
        client.write(`EHLO client.example\r\n${lines.flat().join('\r\n')}\r\nQUIT\r\n`);
        client.end();
        await client.over;
        expect(office.transcripts.last.lines.join('\n')).not.toContain(SECRET);
        expect(office.transcripts.last.lines).toContain('C: EHLO client.example');
      },
    ),
  );
});
