import { describe, expect, test } from 'vitest';
import { MemoryTranscripts } from '../../../../test/support/memory-transcripts.ts';
import { ScriptedServer } from '../../../../test/support/scripted-server.ts';
import { ManualClock } from '../../../base/clock.ts';
import { openSession, type SessionTarget, type TlsMode } from './open-session.ts';
import type { OutgoingMessage, TransactionResult } from './transaction.ts';

const HELLO = 'S: 220 mx.example ESMTP\nC: EHLO mail.server1.com\n';
const PLAIN_HELLO = `${HELLO}S: 250 mx.example\n`;
const PIPELINING = `${HELLO}S: 250-mx.example\nS: 250-PIPELINING\nS: 250-SIZE 1000\nS: 250 8BITMIME\n`;

function setUp(
  server: ScriptedServer,
  facts: { tls?: TlsMode; credentials?: SessionTarget['credentials'] } = {},
) {
  const clock = new ManualClock();
  const transcripts = new MemoryTranscripts();
  const target: SessionTarget = {
    host: 'mx.example',
    address: '192.0.2.25',
    port: 25,
    tls: facts.tls ?? 'none',
    mustVerify: false,
    ...(facts.credentials !== undefined && { credentials: facts.credentials }),
  };
  const options = {
    connect: server.connect,
    transcripts,
    clock,
    randomBytes: (length: number) => new Uint8Array(length).fill(7),
    hostname: () => 'mail.server1.com',
  };
  return { clock, transcripts, open: () => openSession(target, options) };
}

function message(addresses: readonly string[], facts: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const content = Buffer.from('Subject: hi\r\n\r\n.dot\r\n');
  return {
    reversePath: 'tom@server1.com',
    recipients: addresses.map((address) => ({ address })),
    sizeOctets: content.length,
    hasUtf8Header: false,
    async *content() {
      yield content.subarray(0, 16);
      yield content.subarray(16);
    },
    ...facts,
  };
}

async function* sevenBits() {
  yield Buffer.from('a=E4\r\n');
}

/** Opens a session and sends one message over it. */
async function relay(script: string, sent = message(['jack@server2.com'])) {
  const server = new ScriptedServer(script);
  const { open, transcripts } = setUp(server);
  const opened = await open();
  if (!opened.ok) throw new Error(opened.error.problem.diagnostic);
  const result = await opened.value.send(sent);
  return { result, server, session: opened.value, transcript: transcripts.last };
}

function briefly({ verdicts }: TransactionResult): (string | null)[] {
  return verdicts.map((verdict) => verdict && `${verdict.kind} ${verdict.status} ${verdict.diagnostic}`);
}

describe('a transaction', () => {
  test('goes step by step where the server has no PIPELINING', async () => {
    const { result, server, session, transcript } = await relay(`${PLAIN_HELLO}
      C: MAIL FROM:<tom@server1.com>
      S: 250 2.1.0 Ok
      C: RCPT TO:<jack@server2.com>
      S: 250 2.1.5 Ok
      C: DATA
      S: 354 Go on
      CONTENT
      S: 250 2.0.0 Ok: queued as 42
      C: QUIT
      S: 221 2.0.0 Bye`);
    await session.quit();
    expect(briefly(result)).toEqual(['relayed 2.0.0 250 2.0.0 Ok: queued as 42']);
    expect(server.contents).toEqual(['Subject: hi\r\n\r\n..dot\r\n']);
    expect(server.surprises).toEqual([]);
    expect(transcript.lines).toContain('<21 octets>');
    expect(transcript.end).toBe('closed');
  });

  test('goes in one write with PIPELINING, with an outcome for each recipient', async () => {
    const { result, server } = await relay(
      `${PIPELINING}
      C: MAIL FROM:<tom@server1.com> SIZE=21 BODY=8BITMIME
      C: RCPT TO:<a@x.example>
      C: RCPT TO:<b@x.example>
      C: RCPT TO:<c@x.example>
      C: DATA
      S: 250 2.1.0 Ok
      S: 550-5.1.1 No such user
      S: 550 5.1.1 here
      S: 450 4.7.1 Greylisted
      S: 250 2.1.5 Ok
      S: 354 Go on
      CONTENT
      S: 250 Taken`,
      message(['a@x.example', 'b@x.example', 'c@x.example']),
    );
    expect(briefly(result)).toEqual([
      'failed 5.1.1 550 5.1.1 No such user here',
      'deferred 4.7.1 450 4.7.1 Greylisted',
      'relayed 2.0.0 250 Taken',
    ]);
    expect(server.surprises).toEqual([]);
  });

  test('is empty where a pipelining server took no recipient and waits for content all the same (RFC 2920 §3.1)', async () => {
    const { result, server, session } = await relay(`${PIPELINING}
      C: MAIL *
      C: RCPT *
      C: DATA
      S: 250 Ok
      S: 550 5.1.1 No
      S: 354 Go on
      C: .
      S: 554 5.5.1 No valid recipients`);
    expect(briefly(result)).toEqual(['failed 5.1.1 550 5.1.1 No']);
    expect(session.isUsable).toBe(true);
    expect(server.surprises).toEqual([]);
  });

  test('that was refused at MAIL is refused for every recipient, and RSET comes before the next', async () => {
    const { result, session, server } = await relay(`${PIPELINING}
      C: MAIL *
      C: RCPT *
      C: DATA
      S: 550 5.7.1 We do not like you
      S: 503 5.5.1 MAIL first
      S: 503 5.5.1 MAIL first
      C: RSET
      S: 250 Ok
      C: MAIL *
      C: RCPT *
      C: DATA
      S: 250 Ok
      S: 250 Ok
      S: 451 4.3.0 Disk full`);
    expect(briefly(result)).toEqual(['failed 5.7.1 550 5.7.1 We do not like you']);
    const again = await session.send(message(['jack@server2.com']));
    expect(briefly(again)).toEqual(['deferred 4.3.0 451 4.3.0 Disk full']);
    expect(server.surprises).toEqual([]);
  });

  test.each([
    ['5yz', '554 5.6.0 Spam', 'failed 5.6.0 554 5.6.0 Spam'],
    ['4yz', '452 4.3.1 Full', 'deferred 4.3.1 452 4.3.1 Full'],
    ['3yz, which makes no sense,', '354 Go on', 'deferred 4.5.0 354 Go on'],
  ])('with %s after the content is not relayed', async (_title, reply, verdict) => {
    const { result } = await relay(`${PLAIN_HELLO}
      C: MAIL *
      S: 250 Ok
      C: RCPT *
      S: 250 Ok
      C: DATA
      S: 354 Go on
      CONTENT
      S: ${reply}`);
    expect(briefly(result)).toEqual([verdict]);
  });

  test('leaves recipients that are too many for the server to the next one (RFC 5321 §4.5.3.1.10)', async () => {
    const { result } = await relay(
      `${PLAIN_HELLO}
      C: MAIL *
      S: 250 Ok
      C: RCPT *
      S: 250 Ok
      C: RCPT *
      S: 452 4.5.3 Too many recipients
      C: DATA
      S: 354 Go on
      CONTENT
      S: 250 Ok`,
      message(['a@x.example', 'b@x.example']),
    );
    expect(briefly(result)).toEqual(['relayed 2.0.0 250 Ok', null]);
    expect(result.problem).toBeNull();
  });

  test('larger than the server takes is not begun (RFC 1870 §6.1)', async () => {
    const { result, server } = await relay(`${PIPELINING}`, message(['a@x.example'], { sizeOctets: 1001 }));
    expect(result.verdicts).toEqual([
      { kind: 'failed', status: '5.3.4', diagnostic: 'The message has 1001 octets; the host takes 1000' },
    ]);
    expect(server.surprises).toEqual([]);
  });

  test.each([
    ['as it is', { kind: 'same' }, 'MAIL FROM:<tom@server1.com>', 'Subject: hi\r\n\r\n..dot\r\n'],
    ['converted', { kind: 'converted', content: sevenBits }, 'MAIL FROM:<tom@server1.com>', 'a=E4\r\n'],
  ] as const)('goes %s to a server without 8BITMIME (RFC 6152 §3)', async (...[, form, mail, content]) => {
    const { result, server } = await relay(
      `${PLAIN_HELLO}C: ${mail}\nS: 250 Ok\nC: RCPT *\nS: 250 Ok\nC: DATA\nS: 354 Go on\nCONTENT\nS: 250 Ok`,
      message(['a@x.example'], { sevenBitForm: () => Promise.resolve(form) }),
    );
    expect(briefly(result)).toEqual(['relayed 2.0.0 250 Ok']);
    expect(server.contents).toEqual([content]);
    expect(server.surprises).toEqual([]);
  });

  test('that cannot be converted does not go to a server without 8BITMIME (5.6.3)', async () => {
    const sevenBitForm = () => Promise.resolve({ kind: 'impossible' } as const);
    const refused = await relay(PLAIN_HELLO, message(['a@x.example'], { sevenBitForm }));
    expect(refused.result.verdicts).toMatchObject([{ kind: 'failed', status: '5.6.3' }]);
    expect(refused.server.surprises).toEqual([]);
    const taken = await relay(
      `${PIPELINING}C: MAIL *\nC: RCPT *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go on\nCONTENT\nS: 250 Ok`,
      message(['a@x.example'], { sevenBitForm }),
    );
    expect(briefly(taken.result)).toEqual(['relayed 2.0.0 250 Ok']);
  });

  test('whose content cannot be read is never ended, so that the server cannot take it', async () => {
    const broken = message(['jack@server2.com'], {
      async *content() {
        yield Buffer.from('half a mess');
        throw new Error('disk error');
      },
    });
    const script = `${PLAIN_HELLO}
      C: MAIL *
      S: 250 Ok
      C: RCPT *
      S: 250 Ok
      C: DATA
      S: 354 Go on
      CONTENT
      S: 250 Ok`;
    await expect(relay(script, broken)).rejects.toThrow('disk error');
  });
});

describe('requests for DSNs (RFC 3461)', () => {
  const asked = message([], {
    dsn: { returns: 'headers', envelopeId: 'QQ=314159' },
    recipients: [
      {
        address: 'jack@server2.com',
        dsn: {
          notify: ['success', 'failure'],
          originalRecipient: { type: 'rfc822', address: 'team+x@server1.com' },
        },
      },
      { address: 'jill@server2.com', dsn: { notify: [] } },
    ],
  });
  const ACCEPTED = 'S: 250 Ok\nC: DATA\nS: 354 Go on\nCONTENT\nS: 250 Ok';

  test('go on to a server that knows them, which reports success itself then', async () => {
    const { result, server } = await relay(
      `${HELLO}S: 250-mx.example\nS: 250 DSN
      C: MAIL FROM:<tom@server1.com> RET=HDRS ENVID=QQ+3D314159
      S: 250 Ok
      C: RCPT TO:<jack@server2.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;team+2Bx@server1.com
      S: 250 Ok
      C: RCPT TO:<jill@server2.com> NOTIFY=NEVER
      ${ACCEPTED}`,
      asked,
    );
    expect(result.verdicts).toMatchObject([{ kind: 'relayed', nextHopReports: true }, { kind: 'relayed' }]);
    expect(server.surprises).toEqual([]);
  });

  test('end here where the server does not know them', async () => {
    const { result, server } = await relay(
      `${PLAIN_HELLO}
      C: MAIL FROM:<tom@server1.com>
      S: 250 Ok
      C: RCPT TO:<jack@server2.com>
      S: 250 Ok
      C: RCPT TO:<jill@server2.com>
      ${ACCEPTED}`,
      asked,
    );
    expect(result.verdicts[0]).not.toHaveProperty('nextHopReports');
    expect(server.surprises).toEqual([]);
  });
});

describe('internationalized mail (RFC 6531)', () => {
  const UTF8 = `${HELLO}S: 250-mx.example\nS: 250 SMTPUTF8\n`;

  test('is announced where the server knows SMTPUTF8', async () => {
    const { result, server } = await relay(
      `${UTF8}
      C: MAIL FROM:<tom@server1.com> SMTPUTF8
      S: 250 Ok
      C: RCPT TO:<jürgen@müller.example>
      S: 250 Ok
      C: DATA
      S: 354 Go on
      CONTENT
      S: 250 Ok`,
      message(['jürgen@müller.example']),
    );
    expect(briefly(result)).toEqual(['relayed 2.0.0 250 Ok']);
    expect(server.surprises).toEqual([]);
  });

  test('is not changed to fit a server that does not know it, but a domain has its A-labels', async () => {
    const { result, server } = await relay(
      `${PLAIN_HELLO}
      C: MAIL FROM:<tom@server1.com>
      S: 250 Ok
      C: RCPT TO:<anna@xn--mller-kva.example>
      S: 250 Ok
      C: DATA
      S: 354 Go on
      CONTENT
      S: 250 Ok`,
      message(['jürgen@müller.example', 'anna@müller.example']),
    );
    expect(briefly(result)).toMatchObject([
      expect.stringMatching(/^failed 5\.6\.7/u),
      'relayed 2.0.0 250 Ok',
    ]);
    expect(server.surprises).toEqual([]);
  });

  test('fails as a whole where its header section needs SMTPUTF8', async () => {
    const { result } = await relay(PLAIN_HELLO, message(['a@x.example'], { hasUtf8Header: true }));
    expect(briefly(result)).toMatchObject([expect.stringMatching(/^failed 5\.6\.7/u)]);
  });
});

describe('a session that breaks', () => {
  const upTo = (...lines: string[]) => `${PLAIN_HELLO}${lines.join('\n')}\n`;
  const TO_CONTENT = ['C: MAIL *', 'S: 250 Ok', 'C: RCPT *', 'S: 250 Ok', 'C: DATA', 'S: 354 Go on'];

  test.each([
    ['after MAIL', upTo('C: MAIL *', 'CLOSE')],
    ['after RCPT', upTo('C: MAIL *', 'S: 250 Ok', 'C: RCPT *', 'CLOSE')],
    ['at DATA', upTo(...TO_CONTENT.slice(0, 5), 'CLOSE')],
    ['with 421 at MAIL', upTo('C: MAIL *', 'S: 421 4.3.2 Going down')],
    ['with 421 at RCPT', upTo('C: MAIL *', 'S: 250 Ok', 'C: RCPT *', 'S: 421 4.3.2 Going down')],
    ['with no reply at all', upTo('C: MAIL *', 'S: Hello?')],
    ['with a reply without end', upTo('C: MAIL *', ...Array<string>(200).fill('S: 250-more'))],
    ['with a line without end', upTo('C: MAIL *', `S: 250 ${'x'.repeat(5000)}`)],
  ])('%s leaves the recipients to another try', async (_title, script) => {
    const { result, session } = await relay(script);
    expect(result.verdicts).toEqual([null]);
    expect(result.problem).toMatchObject({ isPermanent: false });
    expect(session.isUsable).toBe(false);
  });

  test.each([
    ['in the content', upTo(...TO_CONTENT, 'CLOSE')],
    ['after the content', upTo(...TO_CONTENT, 'CONTENT', 'CLOSE')],
  ])('%s defers: the server may or may not have the message', async (_title, script) => {
    const { result } = await relay(script);
    expect(result.verdicts).toMatchObject([{ kind: 'deferred', status: '4.4.2' }]);
  });

  test('by silence is given up after the time of RFC 5321 §4.5.3.2', async () => {
    const server = new ScriptedServer(`${PLAIN_HELLO}C: MAIL *\nSILENCE`);
    const { open, clock, transcripts } = setUp(server);
    const opened = await open();
    if (!opened.ok) throw new Error('not open');
    let result: TransactionResult | undefined;
    const sending = opened.value.send(message(['jack@server2.com'])).then((value) => (result = value));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(5 * 60_000 - 1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(result).toBeUndefined();
    clock.advance(1);
    await sending;
    expect(result?.problem).toEqual({
      isPermanent: false,
      status: '4.4.2',
      diagnostic: 'The host did not answer in time',
    });
    expect(transcripts.last.end).toBe('timeout');
  });
});

describe('a session begins', () => {
  async function begin(tls: TlsMode, ...scripts: string[]) {
    const server = new ScriptedServer(...scripts);
    const { open, transcripts } = setUp(server, { tls });
    return { opened: await open(), server, transcripts };
  }

  const OFFERS_TLS = `${HELLO}S: 250-mx.example\nS: 250 STARTTLS\nC: STARTTLS\n`;
  const AFTER_TLS = 'S: 220 Go\nTLS\nC: EHLO mail.server1.com\nS: 250-mx.example\nS: 250 PIPELINING\nSILENCE';

  test('with HELO where the server does not know EHLO', async () => {
    const { opened, server } = await begin(
      'opportunistic',
      `${HELLO}S: 502 5.5.1 What?\nC: HELO mail.server1.com\nS: 250 mx.example\nSILENCE`,
    );
    expect(opened.ok && opened.value.extensions.pipelining).toBe(false);
    expect(server.surprises).toEqual([]);
  });

  test('with STARTTLS where it is offered, and with EHLO anew (RFC 3207 §4.2)', async () => {
    const { opened, transcripts } = await begin('opportunistic', OFFERS_TLS + AFTER_TLS);
    expect(opened.ok && opened.value.extensions).toMatchObject({ pipelining: true, startTls: false });
    expect(transcripts.last.lines).toContain(
      '-- TLS is on: TLSv1.3 TLS_AES_256_GCM_SHA384, certificate not verified',
    );
  });

  test('in clear text where opportunistic TLS is refused', async () => {
    const { opened } = await begin('opportunistic', `${OFFERS_TLS}S: 454 4.7.0 Not now\nSILENCE`);
    expect(opened.ok).toBe(true);
  });

  test('in clear text on a new connection where opportunistic TLS is broken', async () => {
    const { opened, server, transcripts } = await begin(
      'opportunistic',
      `${OFFERS_TLS}S: 220 Go\nBROKEN TLS`,
      `${HELLO}S: 250-mx.example\nS: 250 STARTTLS\nSILENCE`,
    );
    expect(opened.ok).toBe(true);
    expect(server.surprises).toEqual([]);
    expect(transcripts.sessions).toHaveLength(2);
  });

  test.each([
    ['not offered', PLAIN_HELLO, '4.7.4', 'TLS is required here, and the host does not offer it'],
    ['refused', `${OFFERS_TLS}S: 454 4.7.0 Not now`, '4.7.0', '454 4.7.0 Not now'],
    [
      'broken',
      `${OFFERS_TLS}S: 220 Go\nBROKEN TLS`,
      '4.7.5',
      'The TLS handshake failed: wrong version number',
    ],
  ])('never in clear text where TLS is required and %s', async (...[, script, status, words]) => {
    const { opened } = await begin('required', script);
    expect(opened).toMatchObject({
      ok: false,
      error: { problem: { isPermanent: false, status, diagnostic: `mx.example [192.0.2.25]:25: ${words}` } },
    });
  });

  test.each([
    ['is refused', 'REFUSED', '4.4.1', false],
    ['is closed', 'CLOSE', '4.4.2', false],
    ['greets with 421', 'S: 421 4.3.2 Busy', '4.3.2', false],
    ['greets with 554', 'S: 554 5.7.1 Not you', '4.7.1', false],
    ['takes no mail (RFC 7504)', 'S: 521 No mail here', '5.3.2', true],
    ['refuses EHLO for now', `${HELLO}S: 421 Busy`, '4.0.0', false],
    ['refuses HELO too', `${HELLO}S: 500 No\nC: HELO *\nS: 550 5.7.1 No`, '4.7.1', false],
  ])('not where the connection %s', async (...[, script, status, isPermanent]) => {
    const { opened, server, transcripts } = await begin('none', script);
    expect(opened).toMatchObject({ ok: false, error: { problem: { status, isPermanent } } });
    expect(server.surprises).toEqual([]);
    expect(transcripts.last.end).toBeDefined();
  });
});

describe('AUTH at a smart host (RFC 4954)', () => {
  const credentials = { user: 'user', password: 'pencil' };

  async function signIn(offer: string, dialogue: string) {
    const server = new ScriptedServer(`${HELLO}S: 250-mx.example\nS: 250 AUTH ${offer}\n${dialogue}`);
    const { open, transcripts } = setUp(server, { credentials });
    const opened = await open();
    expect(server.surprises).toEqual([]);
    const transcript = transcripts.last.lines.join('\n');
    for (const secret of ['pencil', 'AHVzZXIAcGVuY2ls', 'cGVuY2ls', 'p='])
      expect(transcript).not.toContain(secret);
    return opened;
  }

  test('PLAIN', async () => {
    const opened = await signIn('PLAIN LOGIN', 'C: AUTH PLAIN AHVzZXIAcGVuY2ls\nS: 235 2.7.0 Ok\nSILENCE');
    expect(opened.ok).toBe(true);
  });

  test('LOGIN', async () => {
    const opened = await signIn(
      'LOGIN',
      'C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: dXNlcg==\nS: 334 UGFzc3dvcmQ6\nC: cGVuY2ls\nS: 235 Ok\nSILENCE',
    );
    expect(opened.ok).toBe(true);
  });

  test('refused waits for the administrator instead of bouncing the mail', async () => {
    const opened = await signIn('PLAIN', 'C: AUTH PLAIN *\nS: 535 5.7.8 Wrong password');
    expect(opened).toMatchObject({ ok: false, error: { problem: { isPermanent: false, status: '4.7.8' } } });
  });

  test('with no mechanism in common', async () => {
    const opened = await signIn('GSSAPI', '');
    expect(opened).toMatchObject({ ok: false, error: { problem: { status: '4.7.4' } } });
  });

  test('SCRAM-SHA-256 is given up where the server does not answer to our nonce', async () => {
    const challenge = Buffer.from('r=other,s=QSXCR+Q6sek8bf92,i=4096').toString('base64');
    const opened = await signIn('PLAIN SCRAM-SHA-256', `C: AUTH SCRAM-SHA-256 *\nS: 334 ${challenge}\n`);
    expect(opened).toMatchObject({ ok: false, error: { problem: { status: '4.7.0' } } });
  });
});
