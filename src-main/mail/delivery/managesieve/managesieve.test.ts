import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { DialogueClient } from '../../../../test/support/dialogue-client.ts';
import { OfficeDirectory } from '../../../../test/support/mail-office.ts';
import { MemoryTranscripts } from '../../../../test/support/memory-transcripts.ts';
import { ManualClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { IDLE_TIMEOUT_MS, MAX_BAD_COMMANDS } from '../../../protocol/managesieve/limits.ts';
import { ScramSha256Client } from '../../../protocol/sasl/scram-sha-256-client.ts';
import { MAX_SCRIPT_OCTETS } from '../sieve/limits.ts';
import { MemoryScriptStore } from '../sieve/memory-script-store.ts';
import { MAX_SCRIPTS } from '../sieve/port.ts';
import { createManageSieveService } from './managesieve-service.ts';

const TOM = 1;

class Office {
  readonly clock = new ManualClock();
  readonly directory = new OfficeDirectory();
  readonly transcripts = new MemoryTranscripts();
  readonly scripts = new MemoryScriptStore(this.clock);
  allowCleartextAuth = true;
  readonly service = createManageSieveService({
    directory: this.directory,
    signIns: this.directory.signIns,
    scripts: this.scripts,
    transcripts: this.transcripts,
    clock: this.clock,
    allowCleartextAuth: () => this.allowCleartextAuth,
    logger: silentLogger,
  });

  connect(options: { tls?: boolean } = {}): DialogueClient {
    return new DialogueClient(this.service.serve, options);
  }

  async signedIn(): Promise<DialogueClient> {
    const client = this.connect();
    await greeting(client);
    await client.play(`
      C: AUTHENTICATE "PLAIN" "${plain('tom@server1.com', 'secret-tom')}"
      S: OK "Signed in"
    `);
    return client;
  }
}

const plain = (name: string, password: string) => Buffer.from(`\0${name}\0${password}`).toString('base64');
const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The lines up to the status. */
async function greeting(client: DialogueClient): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const line = await client.readLine();
    if (line === null) throw new Error('closed');
    lines.push(line);
    if (/^(?:OK|NO|BYE)/.test(line)) return lines;
  }
}

let office: Office;

beforeEach(() => {
  office = new Office();
});

describe('capabilities and TLS (RFC 5804 §1.7, §2.2)', () => {
  test('no mechanism is offered without TLS, and the capabilities come anew after STARTTLS', async () => {
    office.allowCleartextAuth = false;
    const client = office.connect();
    const before = await greeting(client);
    expect(before).toEqual([
      '"IMPLEMENTATION" "Postroom"',
      '"SASL" ""',
      expect.stringMatching(/^"SIEVE" "fileinto envelope .*vacation .*"$/),
      '"STARTTLS"',
      '"MAXREDIRECTS" "5"',
      '"NOTIFY" "mailto"',
      '"UNAUTHENTICATE"',
      '"VERSION" "1.0"',
      'OK "ManageSieve ready"',
    ]);
    await client.play(`
      C: AUTHENTICATE "PLAIN" "${plain('tom@server1.com', 'secret-tom')}"
      S: NO (ENCRYPT-NEEDED) "Use STARTTLS first"
      C: STARTTLS
      S: OK "Begin TLS negotiation now"
    `);
    const after = await greeting(client);
    expect(after).toContain('"SASL" "SCRAM-SHA-256 PLAIN"');
    expect(after).not.toContain('"STARTTLS"');
    await client.play(`
      C: STARTTLS
      S: NO "STARTTLS is not allowed now"
      C: AUTHENTICATE "PLAIN" "${plain('tom@server1.com', 'secret-tom')}"
      S: OK "Signed in"
    `);
    expect(office.transcripts.last.lines.join('\n')).not.toContain(plain('tom@server1.com', 'secret-tom'));
  });

  test('what is sent with STARTTLS before the handshake is never read (CVE-2011-0411)', async () => {
    const client = office.connect();
    await greeting(client);
    client.write('STARTTLS\r\nNOOP "injected"\r\n');
    await client.play('S: OK "Begin TLS negotiation now"');
    await greeting(client);
    await client.play(`
      C: NOOP "mine"
      S: OK (TAG "mine") "Here"
    `);
  });

  test('a session whose connection came over TLS offers no STARTTLS', async () => {
    const client = office.connect({ tls: true });
    expect(await greeting(client)).not.toContain('"STARTTLS"');
  });
});

describe('signing in (RFC 5804 §2.1)', () => {
  test('PLAIN without an initial response, as a literal', async () => {
    const client = office.connect();
    await greeting(client);
    const response = plain('tom@server1.com', 'secret-tom');
    await client.play(`
      C: AUTHENTICATE "PLAIN"
      S: ""
      C: {${response.length}+}
      C: ${response}
      S: OK "Signed in"
      C: CAPABILITY
    `);
    expect(await greeting(client)).toContain('"OWNER" "tom@server1.com"');
    expect(office.transcripts.last.lines.join('\n')).not.toContain(response);
  });

  test('SCRAM-SHA-256', async () => {
    const client = office.connect();
    await greeting(client);
    const credentials = { user: 'tom@server1.com', password: 'secret-tom' };
    const scram = new ScramSha256Client(credentials, 'fyko+d2lbbFgONRv9qkxdawL');
    const challenge = async () =>
      Buffer.from((await client.readLine())?.slice(1, -1) ?? '', 'base64').toString();
    client.write(`AUTHENTICATE "SCRAM-SHA-256" "${base64(scram.firstMessage)}"\r\n`);
    const final = await scram.respond(await challenge());
    if (!final.ok) throw new Error(final.error);
    client.write(`"${base64(final.value)}"\r\n`);
    expect(scram.isProvedBy(await challenge())).toBe(true);
    client.write('""\r\n');
    await client.play('S: OK "Signed in"');
  });

  test('a wrong password is refused after a moment, and the connection ends after some', async () => {
    const client = office.connect();
    await greeting(client);
    for (let i = 0; i < 4; i++) {
      client.write(`AUTHENTICATE "PLAIN" "${plain('tom@server1.com', 'wrong')}"\r\n`);
      let isAnswered = false;
      const refusal = client.readLine().finally(() => (isAnswered = true));
      while (!isAnswered) {
        await new Promise((resolve) => setImmediate(resolve));
        office.clock.advance(1_000);
      }
      expect(await refusal).toBe('NO "Wrong name or password"');
    }
    await client.play('S: BYE "Too many failed sign-ins"');
    await client.leave();
  });

  test.each([
    ['AUTHENTICATE "LOGIN"', 'NO "This mechanism is not offered"'],
    ['AUTHENTICATE "PLAIN" "###"', 'NO "The response is not base64"'],
    ['LISTSCRIPTS', 'NO "LISTSCRIPTS is not allowed now"'],
    ['UNAUTHENTICATE', 'NO "UNAUTHENTICATE is not allowed now"'],
  ])('%s is answered with %s', async (command, reply) => {
    const client = office.connect();
    await greeting(client);
    await client.play(`
      C: ${command}
      S: ${reply}
    `);
  });

  test('may be given up, and begun anew after UNAUTHENTICATE', async () => {
    const client = office.connect();
    await greeting(client);
    await client.play(`
      C: AUTHENTICATE "PLAIN"
      S: ""
      C: "*"
      S: NO "Signing in was given up"
      C: AUTHENTICATE "PLAIN" "${plain('tom@server1.com', 'secret-tom')}"
      S: OK "Signed in"
      C: AUTHENTICATE "PLAIN" "${plain('anna@server1.com', 'secret-anna')}"
      S: NO "AUTHENTICATE is not allowed now"
      C: UNAUTHENTICATE
      S: OK "Signed out"
      C: LISTSCRIPTS
      S: NO "LISTSCRIPTS is not allowed now"
      C: AUTHENTICATE "PLAIN" "${plain('anna@server1.com', 'secret-anna')}"
      S: OK "Signed in"
    `);
  });
});

describe('scripts (RFC 5804 §2.5-§2.13)', () => {
  test('are stored, listed, made active, fetched, renamed and deleted', async () => {
    const client = await office.signedIn();
    await client.play(`
      C: HAVESPACE "myscript" 31
      S: OK "There is space"
      C: PUTSCRIPT "myscript" {31+}
      C: #comment
      C: InvalidSieveCommand
      C:
      S: NO "line 3, column 1: expected \\";\\" after the command \\"invalidsievecommand\\", found the end of the script."
      C: PUTSCRIPT "foo" {13+}
      C: # Grüße
      C: k
      S: NO "line 2, column 3: expected \\";\\" after the command \\"k\\", found the end of the script."
    `);
    await client.play(`
      C: PUTSCRIPT "foo" "keep;"
      S: OK "The script is stored"
      C: PUTSCRIPT "邮件" {7+}
      C: stop;
      C:
      S: OK "The script is stored"
      C: LISTSCRIPTS
      S: "foo"
      S: "邮件"
      S: OK "2 scripts"
      C: SETACTIVE "foo"
      S: OK "The script is active"
      C: LISTSCRIPTS
      S: "foo" ACTIVE
      S: "邮件"
      S: OK "2 scripts"
      C: GETSCRIPT "邮件"
      S: {7}
      S: stop;
      S:
      S: OK "Here it is"
      C: DELETESCRIPT "foo"
      S: NO (ACTIVE) "The script is active"
      C: RENAMESCRIPT "foo" "邮件"
      S: NO (ALREADYEXISTS) "There is a script of this name"
      C: RENAMESCRIPT "foo" "bar"
      S: OK "The script is renamed"
      C: SETACTIVE ""
      S: OK "No script is active"
      C: DELETESCRIPT "bar"
      S: OK "The script is deleted"
      C: GETSCRIPT "bar"
      S: NO (NONEXISTENT) "There is no such script"
      C: SETACTIVE "bar"
      S: NO (NONEXISTENT) "There is no such script"
      C: LOGOUT
      S: OK "Goodbye"
    `);
    await client.leave();
    expect(await office.scripts.list(TOM)).toMatchObject([{ name: '邮件' }]);
  });

  test('CHECKSCRIPT stores nothing, and tells all that is wrong', async () => {
    const client = await office.signedIn();
    await client.play(`
      C: CHECKSCRIPT "keep;"
      S: OK "The script is right"
      C: CHECKSCRIPT "jump; hop;"
      S: NO {<…>}
      S: line 1, column 1: there is no command "jump".
      S: line 1, column 7: there is no command "hop".
    `);
    expect(await office.scripts.list(TOM)).toEqual([]);
  });

  test('NOOP says its tag back, and CAPABILITY who is signed in', async () => {
    const client = await office.signedIn();
    await client.play(`
      C: noop
      S: OK "Here"
      C: NOOP "a \\"b\\""
      S: OK (TAG "a \\"b\\"") "Here"
    `);
  });

  test('limits are told with their codes', async () => {
    for (let i = 0; i < MAX_SCRIPTS; i++) await office.scripts.put(TOM, { name: `s${i}`, text: 'keep;' });
    const client = await office.signedIn();
    await client.play(`
      C: HAVESPACE "s1" 100
      S: OK "There is space"
      C: HAVESPACE "more" 100
      S: NO (QUOTA/MAXSCRIPTS) "There may be 50 scripts at most"
      C: PUTSCRIPT "more" "keep;"
      S: NO (QUOTA/MAXSCRIPTS) "There may be 50 scripts at most"
      C: HAVESPACE "s1" ${MAX_SCRIPT_OCTETS + 1}
      S: NO (QUOTA/MAXSIZE) "A script may have 1024 KiB at most"
    `);
    client.write(
      `PUTSCRIPT "s1" {${MAX_SCRIPT_OCTETS + 1}+}\r\n${'#'.repeat(MAX_SCRIPT_OCTETS + 1)}\r\nNOOP\r\n`,
    );
    await client.play(`
      S: NO (QUOTA/MAXSIZE) "The script is too large"
      S: OK "Here"
    `);
  });

  test('an account that is switched off is signed out', async () => {
    const client = await office.signedIn();
    office.directory.disable('tom@server1.com');
    await client.play('S: BYE (TRYLATER) "This account was switched off"');
  });
});

describe('bad input', () => {
  test.each([
    ['FLY', 'NO "Unknown command"'],
    ['"FLY"', 'NO "A command is wanted"'],
    ['', 'NO "A command is wanted"'],
    ['SETACTIVE', 'NO "SETACTIVE has other arguments"'],
    ['SETACTIVE 5', 'NO "SETACTIVE has other arguments"'],
    ['HAVESPACE "a" "b"', 'NO "HAVESPACE has other arguments"'],
    ['GETSCRIPT "a" "b"', 'NO "GETSCRIPT has other arguments"'],
    ['GETSCRIPT "a', 'NO "The line does not fit the grammar"'],
    ['GETSCRIPT {3}', 'NO "Write {n+}: literals wait for no answer"'],
    ['PUTSCRIPT "a\\x" "b"', 'NO "The line does not fit the grammar"'],
    ['NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP NOOP', 'NO "Too many arguments"'],
  ])('%j is answered with %s', async (command, reply) => {
    const client = await office.signedIn();
    await client.play(`
      C: ${command === '' ? ' ' : command}
      S: ${reply}
      C: NOOP
      S: OK "Here"
    `);
  });

  test('a literal that follows a malformed line is not taken for commands', async () => {
    await office.scripts.put(TOM, { name: 'precious', text: 'keep;' });
    const client = await office.signedIn();
    const script = '\r\nDELETESCRIPT "precious"\r\n';
    client.write(`PUTSCRIPT \\ {${script.length}+}\r\n${script}\r\nNOOP\r\n`);
    await client.play(`
      S: NO "The line does not fit the grammar"
      S: OK "Here"
    `);
    expect(await office.scripts.read(TOM, 'precious')).not.toBeNull();
  });

  test('octets that are no UTF-8 are refused, the next command is served', async () => {
    const client = await office.signedIn();
    client.write(Buffer.from('PUTSCRIPT "a" {2+}\r\n\xff\xfe\r\nGETSCRIPT "\xff"\r\nNOOP\r\n', 'latin1'));
    await client.play(`
      S: NO "The literal is not UTF-8"
      S: NO "A quoted string must be UTF-8 of at most 1024 octets"
      S: OK "Here"
    `);
  });

  test('a stranger cannot fill our memory: a large literal before signing in ends the connection', async () => {
    const client = office.connect();
    await greeting(client);
    await client.play(`
      C: AUTHENTICATE "PLAIN" {1000000+}
      S: BYE "The line or literal is too long"
    `);
    await client.leave();
  });

  test('after too many commands that are none it is no ManageSieve client', async () => {
    const client = office.connect();
    await greeting(client);
    for (let i = 0; i < MAX_BAD_COMMANDS; i++) client.write('GET / HTTP/1.1\r\n');
    for (let i = 0; i < MAX_BAD_COMMANDS; i++) expect(await client.readLine()).toMatch(/^NO /);
    await client.play('S: BYE "Too many commands that are not ManageSieve"');
  });

  test('who says nothing for long is sent away', async () => {
    const client = await office.signedIn();
    await new Promise((resolve) => setImmediate(resolve));
    office.clock.advance(IDLE_TIMEOUT_MS);
    await client.play('S: BYE "Idle for too long"');
  });

  test('trouble of the disk is told as that (RFC 5804 §1.3)', async () => {
    const client = await office.signedIn();
    office.scripts.list = () =>
      Promise.reject(Object.assign(new Error('it failed'), { code: 'SQLITE_FULL' }));
    await client.play(`
      C: LISTSCRIPTS
      S: NO (TRYLATER) "The disk of this server is full, try again later"
      C: NOOP
      S: OK <…>
    `);
  });

  test('a stopping server says goodbye', async () => {
    const client = await office.signedIn();
    const closed = office.service.closeAll('the server is stopping');
    await client.play('S: BYE (TRYLATER) "the server is stopping"');
    await client.leave();
    await closed;
    expect(office.service.sessionCount).toBe(0);
  });

  test('whatever comes, the session ends and the next client is served', async () => {
    const line = fc.string({ unit: fc.constantFrom(...'PUTSCRIPT NOOP"\\{}()1+\r\n\0é'), maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(line, async (text) => {
        const client = office.connect();
        client.write(text);
        await client.leave();
      }),
      { numRuns: 200 },
    );
    await office.signedIn();
  });
});
