import { describe, expect, test } from 'vitest';
import { ScramSha256Client } from '../../../protocol/sasl/scram-sha-256-client.ts';
import { ReadingOffice } from '../../../../test/support/reading-office.ts';

const BEFORE_TLS = 'IMAP4rev2 IMAP4rev1 LITERAL+ SASL-IR ENABLE ID STARTTLS LOGINDISABLED';
const AFTER_TLS = 'IMAP4rev2 IMAP4rev1 LITERAL+ SASL-IR ENABLE ID AUTH=SCRAM-SHA-256 AUTH=PLAIN AUTH=LOGIN';

/** Lets the server get to the point where it waits for the clock. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('before TLS', () => {
  test('passwords are refused unread, and STARTTLS changes what is offered', async () => {
    const office = new ReadingOffice({ allowCleartextAuth: false });
    const client = office.connectImap();
    await client.play(`
      S: * OK [CAPABILITY ${BEFORE_TLS}] mail.server1.com Postroom ready
      C: a1 LOGIN tom@server1.com secret-tom
      S: a1 NO [PRIVACYREQUIRED] Use TLS first: passwords are not taken in clear text
      C: a2 AUTHENTICATE PLAIN
      S: a2 NO [PRIVACYREQUIRED] Use TLS first: passwords are not taken in clear text
      C: a3 STARTTLS
      S: a3 OK Begin TLS negotiation now
    `);
    await client.play(`
      C: a4 CAPABILITY
      S: * CAPABILITY ${AFTER_TLS}
      S: a4 OK CAPABILITY completed
      C: a5 STARTTLS
      S: a5 BAD STARTTLS is not allowed in this state
      C: a6 LOGIN tom@server1.com secret-tom
      S: a6 OK [CAPABILITY IMAP4rev2 IMAP4rev1 <…> UNSELECT <…> APPENDLIMIT=67108864 COMPRESS=DEFLATE] Signed in
    `);
    expect(office.transcripts.last.facts).toMatchObject({
      account: 'tom@server1.com',
      tls: { version: 'TLSv1.3' },
    });
  });

  test('a command sent together with STARTTLS is thrown away', async () => {
    const office = new ReadingOffice({ allowCleartextAuth: false });
    const client = office.connectImap();
    await client.readLine();
    client.write('a1 STARTTLS\r\na2 NOOP\r\n');
    await client.play('S: a1 OK Begin TLS negotiation now');
    await client.play(`
      C: a3 NOOP
      S: a3 OK NOOP completed
    `);
  });
});

describe('RFC 9051 §6.2.2 AUTHENTICATE', () => {
  test('PLAIN with and without an initial response (SASL-IR: RFC 4959), LOGIN in two steps', async () => {
    const office = new ReadingOffice();
    const plain = office.connectImap();
    await plain.play(`
      S: * OK <…>
      C: a1 AUTHENTICATE PLAIN AHRvbUBzZXJ2ZXIxLmNvbQBzZWNyZXQtdG9t
      S: a1 OK [CAPABILITY <…>] Signed in
      C: a2 AUTHENTICATE PLAIN
      S: a2 BAD AUTHENTICATE is not allowed in this state
    `);
    const twoSteps = office.connectImap();
    await twoSteps.play(`
      S: * OK <…>
      C: a1 authenticate plain
      S: +${' '}
      C: AHRvbUBzZXJ2ZXIxLmNvbQBzZWNyZXQtdG9t
      S: a1 OK <…>
    `);
    const login = office.connectImap();
    await login.play(`
      S: * OK <…>
      C: a1 AUTHENTICATE LOGIN
      S: + VXNlcm5hbWU6
      C: dG9tQHNlcnZlcjEuY29t
      S: + UGFzc3dvcmQ6
      C: c2VjcmV0LXRvbQ==
      S: a1 OK <…>
    `);
    for (const { lines } of office.transcripts.sessions) {
      expect(lines.join('\n')).not.toMatch(/c2VjcmV0|AHRvb|secret/);
    }
  });

  test('SCRAM-SHA-256 signs in without the password on the wire, and proves that the server knows it', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.readLine();
    const scram = new ScramSha256Client({ user: 'tom@server1.com', password: 'secret-tom' }, 'nonce');
    const encode = (text: string) => Buffer.from(text).toString('base64');
    const hear = async () => Buffer.from((await client.readLine())?.slice(2) ?? '', 'base64').toString();
    client.write(`a1 AUTHENTICATE SCRAM-SHA-256 ${encode(scram.firstMessage)}\r\n`);
    const proof = await scram.respond(await hear());
    if (!proof.ok) throw new Error(proof.error);
    client.write(`${encode(proof.value)}\r\n`);
    expect(scram.isProvedBy(await hear())).toBe(true);
    await client.play(`
      C:
      S: a1 OK [CAPABILITY <…>] Signed in
    `);
  });

  test('can be given up, and refuses what is no base64 or no mechanism', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.play(`
      S: * OK <…>
      C: a1 AUTHENTICATE PLAIN
      S: +${' '}
      C: *
      S: a1 BAD AUTHENTICATE cancelled
      C: a2 AUTHENTICATE PLAIN
      S: +${' '}
      C: %%%
      S: a2 BAD The response is not base64
      C: a3 AUTHENTICATE GSSAPI
      S: a3 NO [CANNOT] This mechanism is not offered
    `);
  });
});

describe('RFC 9051 §6.2.3 LOGIN', () => {
  test('takes literals and quoted strings, and the password is masked', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.play(`
      S: * OK <…>
      C: a1 LOGIN {15}
      S: + Ready for the literal
      C: tom@server1.com {10}
      S: + Ready for the literal
      C: secret-tom
      S: a1 OK <…>
    `);
    expect(office.transcripts.last.lines).toContain('C: a1 LOGIN tom@server1.com [hidden]');
    const other = office.connectImap();
    await other.readLine();
    other.write('a1 LOGIN {15+}\r\ntom@server1.com "secret-tom"\r\n');
    await other.play('S: a1 OK <…>');
    expect(office.transcripts.last.lines.join()).not.toContain('secret');
  });

  test('a refusal takes longer each time, and the fourth is the last', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.readLine();
    for (let attempt = 1; attempt <= 4; attempt++) {
      client.write(`a${attempt} LOGIN tom@server1.com wrong\r\n`);
      await settle();
      office.clock.advance(attempt * 1000);
      await client.play(`S: a${attempt} NO [AUTHENTICATIONFAILED] Wrong name or password`);
    }
    await client.play('S: * BYE Too many failed sign-ins');
    expect(await client.readLine()).toBeNull();
    expect(office.transcripts.last.end).toBe('refused');
  });

  test('the completion still belongs to the sign-in, what follows to the mailbox', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.play(`
      S: * OK <…>
      C: a1 LOGIN tom@server1.com secret-tom
      S: a1 OK <…>
      C: a2 NOOP
      S: a2 OK NOOP completed
    `);
    const { lines } = office.transcripts.last;
    const enters = lines.indexOf('[mailbox]');
    expect(lines[enters - 1]).toMatch(/^S: a1 OK/);
    expect(lines[enters + 1]).toBe('C: a2 NOOP');
  });

  test('tells somebody who is switched off', async () => {
    const office = new ReadingOffice();
    const client = office.connectImap();
    await client.readLine();
    client.write('a1 LOGIN otto@server1.com secret-otto\r\n');
    await settle();
    office.clock.advance(1000);
    await client.play('S: a1 NO [AUTHORIZATIONFAILED] This account is switched off');
  });
});

describe('general commands', () => {
  test('ID (RFC 2971), NAMESPACE (RFC 2342), ENABLE (RFC 5161), NOOP, LOGOUT', async () => {
    const office = new ReadingOffice();
    const client = await office.openImap(null);
    await client.play(`
      C: a1 ID ("name" "Thunderbird" "version" "140")
      S: * ID ("name" "Postroom")
      S: a1 OK ID completed
      C: a2 ID NIL
      S: * ID ("name" "Postroom")
      S: a2 OK ID completed
      C: a3 NAMESPACE
      S: * NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared/" "/"))
      S: a3 OK NAMESPACE completed
      C: a4 ENABLE X-NOTHING
      S: * ENABLED
      S: a4 OK ENABLE completed
      C: a5 ENABLE X-OTHER IMAP4rev2
      S: * ENABLED IMAP4rev2
      S: a5 OK ENABLE completed
      C: a6 NOOP
      S: a6 OK NOOP completed
      C: a7 LOGOUT
      S: * BYE Logging out
      S: a7 OK LOGOUT completed
    `);
    expect(await client.readLine()).toBeNull();
    expect(office.transcripts.last.facts['remoteName']).toBe('Thunderbird 140');
    expect(office.transcripts.last.end).toBe('closed');
  });
});
