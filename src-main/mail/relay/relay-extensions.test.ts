import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAIL, rcpt, setUpRelay, setUpRelayOf, toHosts } from '../../../test/support/relay-run.ts';
import type { NextHop } from '../routing/port.ts';
import { takeBatch } from './recipient-batch.ts';

const WHOLE = 'Subject: hi\r\n\r\nhello\r\n';
const hello = (...extensions: string[]) =>
  `S: 220 mx.example\nC: EHLO mail.server1.com\nS: 250-mx.example\n${extensions
    .map((extension, index) => `S: 250${index < extensions.length - 1 ? '-' : ' '}${extension}\n`)
    .join('')}`;
const CHUNKING = hello('PIPELINING', 'CHUNKING');
const hop = toHosts('192.0.2.1');

/** A whole transaction that goes in one write, with a reply for each command. */
const atOnce = (...replies: string[]) =>
  `C: MAIL FROM:<tom@server1.com>\n${'C: RCPT TO:*\n'.repeat(replies.length - 2)}C: BDAT 22 LAST\nOCTETS 22\n${replies
    .map((reply) => `S: ${reply}\n`)
    .join('')}`;

describe('CHUNKING (RFC 3030)', () => {
  test('lets a small message go in one write with its envelope, and the next one too', async () => {
    const run = setUpRelay(
      `${CHUNKING}${atOnce('250 Ok', '250 Ok', '250 2.0.0 Taken')}${atOnce('250 Ok', '250 Ok', '250 Again')}SILENCE`,
    );
    await run.relay(['a@x.example', hop]);
    await run.relay(['b@x.example', hop]);
    expect(run.outcomes).toEqual([
      'a@x.example relayed 2.0.0 250 2.0.0 Taken',
      'b@x.example relayed 2.0.0 250 Again',
    ]);
    expect(run.server.contents).toEqual([WHOLE, WHOLE]);
    expect(run.server.surprises).toEqual([]);
  });

  test('has an outcome for each recipient, and RSET after a refusal', async () => {
    const run = setUpRelay(
      `${CHUNKING}${atOnce('250 Ok', '250 Ok', '550 5.1.1 Nobody', '450 4.2.0 Later', '552 5.2.2 Full')}` +
        `C: RSET\nS: 250 Ok\n${atOnce('250 Ok', '550 5.1.1 Nobody', '503 5.5.1 RCPT first')}` +
        `C: RSET\nS: 250 Ok\n${atOnce('550 5.7.1 Not you', '503 MAIL first', '503 MAIL first')}SILENCE`,
    );
    await run.relay(['a@x.example', hop], ['b@x.example', hop], ['c@x.example', hop]);
    await run.relay(['d@x.example', hop]);
    await run.relay(['e@x.example', hop]);
    expect(run.outcomes).toEqual([
      'a@x.example failed 5.2.2 552 5.2.2 Full',
      'b@x.example failed 5.1.1 550 5.1.1 Nobody',
      'c@x.example deferred 4.2.0 450 4.2.0 Later',
      'd@x.example failed 5.1.1 550 5.1.1 Nobody',
      'e@x.example failed 5.7.1 550 5.7.1 Not you',
    ]);
    expect(run.server.surprises).toEqual([]);
  });

  test.each(['500 What?', '502 Not implemented', '503 Out of order'])(
    'is given up for a host that answers BDAT with %s: a new session goes with DATA, and so does every later one',
    async (reply) => {
      const byData = `${CHUNKING}${MAIL.replace('S: 250 Ok\n', '')}C: RCPT TO:*\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go on\nCONTENT\nS: 250 Taken\n`;
      const run = setUpRelay(`${CHUNKING}${atOnce('250 Ok', '250 Ok', reply)}SILENCE`, byData, byData);
      await run.relay(['a@x.example', hop]);
      await run.relay(['b@x.example', hop]);
      expect(run.outcomes).toEqual([
        'a@x.example relayed 2.0.0 250 Taken',
        'b@x.example relayed 2.0.0 250 Taken',
      ]);
      expect(run.server.surprises).toEqual([]);
    },
  );

  test('is not used without PIPELINING, nor for a large message: the replies of RCPT come first', async () => {
    const script = `${hello('CHUNKING')}${MAIL}${rcpt('550 5.1.1 Nobody')}SILENCE`;
    const small = setUpRelay(script);
    await small.relay(['a@x.example', hop]);
    const large = setUpRelayOf(
      { sizeBytes: 100_000 },
      `${CHUNKING}${MAIL.replace('S: 250 Ok\n', '')}C: RCPT TO:*\nC: DATA\nS: 250 Ok\nS: 550 5.1.1 Nobody\nS: 503 No\nSILENCE`,
    );
    await large.relay(['a@x.example', hop]);
    for (const run of [small, large]) {
      expect(run.outcomes).toEqual(['a@x.example failed 5.1.1 550 5.1.1 Nobody']);
      expect(run.server.contents).toEqual([]);
      expect(run.server.surprises).toEqual([]);
    }
  });

  test('a connection lost before the reply leaves the recipients for later: the server may have the message', async () => {
    const run = setUpRelay(
      `${CHUNKING}C: MAIL FROM:<tom@server1.com>\nC: RCPT TO:*\nC: BDAT 22 LAST\nOCTETS 22\nCLOSE`,
    );
    await run.relay(['a@x.example', toHosts('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toMatchObject([expect.stringMatching(/^a@x\.example deferred 4\.4\.2/u)]);
    expect(run.server.targets).toHaveLength(1);
  });

  test('a session that was closed while it was idle does not hold the next message up', async () => {
    const run = setUpRelay(
      `${CHUNKING}${atOnce('250 Ok', '250 Ok', '250 Taken')}C: MAIL *\nCLOSE`,
      `${CHUNKING}${atOnce('250 Ok', '250 Ok', '250 Taken')}SILENCE`,
    );
    await run.relay(['a@x.example', hop]);
    await run.relay(['b@x.example', hop]);
    expect(run.outcomes.map((line) => line.split(' ')[1])).toEqual(['relayed', 'relayed']);
  });

  test('421 in the middle says that nothing was taken: the next host is asked', async () => {
    const run = setUpRelay(
      `${CHUNKING}C: MAIL *\nC: RCPT *\nC: BDAT *\nOCTETS 22\nS: 250 Ok\nS: 421 4.3.2 Going down`,
      `${CHUNKING}${atOnce('250 Ok', '250 Ok', '250 Taken')}SILENCE`,
    );
    await run.relay(['a@x.example', toHosts('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toEqual(['a@x.example relayed 2.0.0 250 Taken']);
  });
});

describe('REQUIRETLS (RFC 8689)', () => {
  const secure = (...extensions: string[]) =>
    `${hello('STARTTLS')}C: STARTTLS\nS: 220 Go on\nTLS\nC: EHLO mail.server1.com\nS: 250-mx.example\n${extensions
      .map((extension, index) => `S: 250${index < extensions.length - 1 ? '-' : ' '}${extension}\n`)
      .join('')}`;
  const opportunistic = (...hosts: string[]) => ({ ...toHosts(...hosts), tls: 'opportunistic' }) as NextHop;

  test('goes to a host that proves its name and promises the same, and is passed on', async () => {
    const run = setUpRelayOf(
      { requireTls: true },
      `${secure('8BITMIME')}SILENCE`,
      `${secure('REQUIRETLS')}C: MAIL FROM:<tom@server1.com> REQUIRETLS\nS: 250 Ok\n${rcpt()}C: DATA\nS: 354 Go on\nCONTENT\nS: 250 Taken\nSILENCE`,
    );
    await run.relay(['a@x.example', opportunistic('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toEqual(['a@x.example relayed 2.0.0 250 Taken']);
    expect(run.server.targets).toMatchObject([{ mustVerify: true }, { mustVerify: true }]);
    expect(run.server.surprises).toEqual([]);
  });

  test('fails where no host promises it (5.7.30), without a word of the message', async () => {
    const run = setUpRelayOf({ requireTls: true }, `${secure('8BITMIME')}SILENCE`);
    await run.relay(['a@x.example', opportunistic('192.0.2.1')]);
    expect(run.outcomes).toMatchObject([
      expect.stringMatching(/^a@x\.example failed 5\.7\.30 .*REQUIRETLS/u),
    ]);
    expect(run.server.surprises).toEqual([]);
  });

  test.each([
    ['does not offer TLS', hello('REQUIRETLS')],
    ['breaks the handshake', `${hello('STARTTLS')}C: STARTTLS\nS: 220 Go on\nBROKEN TLS`],
  ])('fails where the host %s (5.7.10), and never goes in clear text', async (_what, script) => {
    const run = setUpRelayOf({ requireTls: true }, script);
    await run.relay(['a@x.example', opportunistic('192.0.2.1')]);
    expect(run.outcomes).toMatchObject([expect.stringMatching(/^a@x\.example failed 5\.7\.10 /u)]);
    expect(run.server.contents).toEqual([]);
  });

  test('waits for a host that is out of reach for a while', async () => {
    const run = setUpRelayOf({ requireTls: true }, 'REFUSED', `${secure('8BITMIME')}SILENCE`);
    await run.relay(['a@x.example', opportunistic('192.0.2.1', '192.0.2.2')]);
    expect(run.outcomes).toMatchObject([expect.stringMatching(/^a@x\.example deferred 4\.4\.1 /u)]);
  });
});

describe('LMTP (RFC 2033)', () => {
  const lmtp = { ...hop, protocol: 'lmtp' } as NextHop;
  const LHLO = 'S: 220 lda\nC: LHLO mail.server1.com\nS: 250-lda\nS: 250-PIPELINING\nS: 250 CHUNKING\n';

  test('has a reply for each recipient after the content', async () => {
    const run = setUpRelay(
      `${LHLO}C: MAIL FROM:<tom@server1.com>\n${'C: RCPT TO:*\n'.repeat(4)}C: DATA\nS: 250 Ok\nS: 250 Ok\nS: 550 5.1.1 Nobody\nS: 250 Ok\nS: 250 Ok\nS: 354 Go on\nCONTENT\nS: 250 2.0.0 Delivered\nS: 452 4.2.2 Full\nS: 552 5.3.4 Too large\nSILENCE`,
    );
    await run.relay(...['a', 'b', 'c', 'd'].map((name) => [`${name}@x.example`, lmtp] as const));
    expect(run.outcomes).toEqual([
      'a@x.example relayed 2.0.0 250 2.0.0 Delivered',
      'b@x.example failed 5.1.1 550 5.1.1 Nobody',
      'c@x.example deferred 4.2.2 452 4.2.2 Full',
      'd@x.example failed 5.3.4 552 5.3.4 Too large',
    ]);
    expect(run.server.surprises).toEqual([]);
  });

  test('lost between the replies leaves only those without one for later', async () => {
    const run = setUpRelay(
      `${LHLO}C: MAIL FROM:<tom@server1.com>\n${'C: RCPT TO:*\n'.repeat(2)}C: DATA\nS: 250 Ok\nS: 250 Ok\nS: 250 Ok\nS: 354 Go on\nCONTENT\nS: 250 2.0.0 Delivered`,
    );
    await run.relay(['a@x.example', lmtp], ['b@x.example', lmtp]);
    expect(run.outcomes).toMatchObject([
      'a@x.example relayed 2.0.0 250 2.0.0 Delivered',
      expect.stringMatching(/^b@x\.example deferred 4\.4\.2/u),
    ]);
  });

  test('is not spoken to with HELO', async () => {
    const run = setUpRelay('S: 220 smtp only\nC: LHLO *\nS: 500 What?\nC: QUIT');
    await run.relay(['a@x.example', lmtp]);
    expect(run.outcomes).toMatchObject([expect.stringMatching(/^a@x\.example deferred/u)]);
    expect(run.server.surprises).toEqual([]);
  });
});

describe('LIMITS (RFC 9422)', () => {
  const one = (to: string) =>
    `${MAIL}C: RCPT TO:<${to}>\nS: 250 Ok\nC: DATA\nS: 354 Go on\nCONTENT\nS: 250 Taken\n`;

  test('RCPTMAX and MAILMAX are kept', async () => {
    const limited = hello('LIMITS RCPTMAX=1 MAILMAX=2');
    const run = setUpRelay(
      `${limited}${one('a@x.example')}${one('b@x.example')}C: QUIT\nS: 221 Bye`,
      `${limited}${one('c@x.example')}SILENCE`,
    );
    await run.relay(...['a', 'b', 'c'].map((name) => [`${name}@x.example`, hop] as const));
    expect(run.outcomes.map((line) => line.split(' ')[1])).toEqual(['relayed', 'relayed', 'relayed']);
    expect(run.server.surprises).toEqual([]);
  });

  test('no batch has more recipients or domains than the server takes, and all come to their turn', () => {
    const limit = fc.option(fc.integer({ min: 1, max: 5 }), { nil: null });
    const addresses = fc.array(fc.constantFrom('a@x', 'b@x', 'c@Y', 'd@y', 'e@z'), { maxLength: 30 });
    fc.assert(
      fc.property(addresses, limit, limit, (all, rcptMax, rcptDomainMax) => {
        let open = all.map((address) => ({ address }));
        while (open.length > 0) {
          const batch = takeBatch(open, { rcptMax, rcptDomainMax, mailMax: null });
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(rcptMax ?? 100);
          const domains = new Set(batch.map(({ address }) => address.split('@')[1]?.toLowerCase()));
          expect(domains.size).toBeLessThanOrEqual(rcptDomainMax ?? 100);
          open = open.filter((recipient) => !batch.includes(recipient));
        }
      }),
    );
  });
});
