import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { memoryResolver } from '../../../../test/support/memory-resolver.ts';
import type { Zone } from '../../../../test/support/dns-server.ts';
import { MAX_SIGNATURES } from '../limits.ts';
import { readSignedMessage } from '../signed-message.ts';
import { parseSignature } from './signature.ts';
import { dkimFields, verifyDkim } from './verify.ts';

/** RFC 8463 appendix A.2 */
const ZONE: Zone = {
  'brisbane._domainkey.football.example.com': {
    TXT: ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='],
  },
  'test._domainkey.football.example.com': {
    TXT: [
      'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/b' +
        'yYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
    ],
  },
};

/** RFC 8463 appendix A.3 */
const ED25519_SIGNATURE = `DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
`;
const RSA_SIGNATURE = `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
`;
const MESSAGE = `From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`;

/** In small pieces, so that the empty line is cut everywhere. */
function* pieces(octets: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < octets.length; at += 3) yield octets.subarray(at, at + 3);
}

async function verify(text: string, zone = ZONE, now = Date.UTC(2026, 0, 1)) {
  const octets = Buffer.from(text.replaceAll('\n', '\r\n'));
  const message = await readSignedMessage(pieces(octets), (fields) =>
    dkimFields(fields).flatMap((field) => {
      const parsed = parseSignature(field, 'dkim');
      return parsed.ok ? [parsed.value] : [];
    }),
  );
  return verifyDkim(message, { resolver: memoryResolver(zone), now });
}

const resultsOf = async (...given: Parameters<typeof verify>) =>
  (await verify(...given)).map(({ result }) => result);

describe('DKIM verification', () => {
  test('finds both signatures of RFC 8463 appendix A.3 good', async () => {
    expect(await verify(ED25519_SIGNATURE + RSA_SIGNATURE + MESSAGE)).toEqual([
      {
        result: 'pass',
        domain: 'football.example.com',
        selector: 'brisbane',
        identity: '@football.example.com',
        algorithm: 'ed25519-sha256',
        keyBits: 256,
        signatureStart: '/gCrinpc',
        isTesting: false,
        reason: 'the signature of football.example.com is good',
      },
      expect.objectContaining({ result: 'pass', algorithm: 'rsa-sha256', keyBits: 1024, selector: 'test' }),
    ]);
  });

  test('relaxed canonicalization survives refolding, simple white space and empty lines at the end', async () => {
    const refolded = MESSAGE.replace('Subject: Is dinner ready?', 'SUBJECT:\n  Is  dinner\n\tready? ')
      .replace('game.  Are', 'game. \t Are')
      .concat('\n\n \n');
    expect(await resultsOf(ED25519_SIGNATURE + refolded)).toEqual(['pass']);
  });

  test.each([
    ['a word of the body', MESSAGE.replace('hungry', 'angry')],
    ['a signed field', MESSAGE.replace('Is dinner', 'Was dinner')],
    ['a second Subject above the signed one', `Subject: Buy now\n${MESSAGE}`],
    ['a second From', `From: other@football.example.com\n${MESSAGE}`],
  ])('finds out about %s', async (_, changed) => {
    expect(await resultsOf(ED25519_SIGNATURE + RSA_SIGNATURE + changed)).toEqual(['fail', 'fail']);
  });

  test('lets fields be added that are not signed', async () => {
    expect(await resultsOf(`Received: from a by b\n${ED25519_SIGNATURE}X-List: yes\n${MESSAGE}`)).toEqual([
      'pass',
    ]);
  });

  test('tells a dead name server from a missing, a revoked and a foreign key (RFC 6376 §6.1.2)', async () => {
    const name = 'brisbane._domainkey.football.example.com';
    const signed = ED25519_SIGNATURE + MESSAGE;
    expect(await resultsOf(signed, { [name]: 'silent' })).toEqual(['temperror']);
    expect(await resultsOf(signed, {})).toEqual(['permerror']);
    expect(await verify(signed, { [name]: { TXT: ['v=DKIM1; k=ed25519; p='] } })).toMatchObject([
      { result: 'permerror', reason: expect.stringContaining('revoked') as string },
    ]);
    const other = 'v=DKIM1; k=ed25519; p=yi50DjK5O9pqbFpNHklsv9lqaS0ArSYu02qp1S0DW1Y=';
    expect(await resultsOf(signed, { [name]: { TXT: [other] } })).toEqual(['fail']);
    expect(await resultsOf(signed, { [name]: { TXT: ['v=DKIM1; p=AAAA'] } })).toEqual(['permerror']);
    const good = (ZONE[name] as { TXT: string[] }).TXT[0] ?? '';
    expect(await resultsOf(signed, { [name]: { TXT: [other, good] } })).toEqual(['pass']);
    for (const tags of ['h=sha1;', 's=tlsrpt;']) {
      const text = good.replace('k=', `${tags} k=`);
      expect(await resultsOf(signed, { [name]: { TXT: [text] } })).toEqual(['permerror']);
    }
  });

  test('refuses what RFC 8301 refuses', async () => {
    const sha1 = RSA_SIGNATURE.replace('rsa-sha256', 'rsa-sha1');
    expect(await resultsOf(sha1 + MESSAGE)).toEqual(['policy']);
    const short =
      'v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKZgWAJOmzvV0TPR0WoNQSqFNuHCFzPg4+1nzWbSdRuAhi1y5FpzHVQiyFF0kN2RMs9OLmdiXNhJOJMPwe/lmyUCAwEAAQ==';
    expect(
      await verify(RSA_SIGNATURE + MESSAGE, { 'test._domainkey.football.example.com': { TXT: [short] } }),
    ).toMatchObject([{ result: 'policy', reason: expect.stringContaining('512 bits') as string }]);
  });

  test('a key whose owner chose an exponent that costs is not used', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024, publicExponent: 65_537 });
    const { n } = publicKey.export({ format: 'jwk' });
    const costly = createPublicKey({ key: { kty: 'RSA', n: n ?? '', e: n ?? '' }, format: 'jwk' });
    const text = `v=DKIM1; p=${costly.export({ format: 'der', type: 'spki' }).toString('base64')}`;
    expect(
      await verify(RSA_SIGNATURE + MESSAGE, { 'test._domainkey.football.example.com': { TXT: [text] } }),
    ).toMatchObject([{ result: 'policy', reason: expect.stringContaining('exponent') as string }]);
  });

  test('of many signatures the first are looked at, and the rest cost nothing (RFC 6376 §6.1)', async () => {
    const asked: string[] = [];
    const resolver = memoryResolver(ZONE);
    const counting = {
      ...resolver,
      txt: (name: string) => {
        asked.push(name);
        return resolver.txt(name);
      },
    };
    const text = RSA_SIGNATURE.repeat(100) + MESSAGE;
    const message = await readSignedMessage([Buffer.from(text.replaceAll('\n', '\r\n'))], () => []);
    const findings = await verifyDkim(message, { resolver: counting, now: Date.UTC(2026, 0, 1) });
    expect(findings).toHaveLength(MAX_SIGNATURES);
    expect(asked).toHaveLength(MAX_SIGNATURES);
  });

  test.each([
    ['no d=', ED25519_SIGNATURE.replace(' d=football.example.com;', '')],
    ['no version', ED25519_SIGNATURE.replace('v=1; ', '')],
    ['a tag twice', ED25519_SIGNATURE.replace('v=1;', 'v=1; v=1;')],
    ['From not signed', ED25519_SIGNATURE.replaceAll('from', 'cc')],
    ['i= of another domain', ED25519_SIGNATURE.replace('i=@football', 'i=@other.football2')],
    ['a domain that is none', ED25519_SIGNATURE.replace('d=football', 'd=foot(ball')],
    ['an end before its beginning', ED25519_SIGNATURE.replace('t=1528637909', 't=1528637909; x=1528637909')],
    ['another way to the key', ED25519_SIGNATURE.replace('dns/txt', 'http/well-known')],
  ])('a signature with %s is permerror', async (_, field) => {
    expect(await resultsOf(field + MESSAGE)).toEqual(['permerror']);
  });

  test('an expired signature fails, one from the future is not looked at', async () => {
    const expired = ED25519_SIGNATURE.replace('t=1528637909', 't=1528637909; x=1528637910');
    expect(await verify(expired + MESSAGE)).toMatchObject([
      { result: 'fail', reason: 'the signature has expired' },
    ]);
    expect(await resultsOf(ED25519_SIGNATURE + MESSAGE, ZONE, Date.UTC(2018, 0, 1))).toEqual(['policy']);
  });

  test('judges a message of header fields only, and one of nothing', async () => {
    expect(await resultsOf(ED25519_SIGNATURE + MESSAGE.split('\n\n')[0] + '\n')).toEqual(['fail']);
    expect(await resultsOf('')).toEqual([]);
    expect(await resultsOf('\nbody')).toEqual([]);
  });
});
