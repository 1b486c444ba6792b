import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryResolver } from '../../../../test/support/memory-resolver.ts';
import { sealMessage } from '../arc/seal.ts';
import { arcMessageSignatures, verifyArc } from '../arc/verify.ts';
import { readSignedMessage, type SignedMessage } from '../signed-message.ts';
import { SIGNED_FORM, signMessage, type SigningKey } from './sign.ts';
import { parseSignature } from './signature.ts';
import { dkimFields, verifyDkim } from './verify.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const publicOf = (pair: typeof rsa) => pair.publicKey.export({ format: 'der', type: 'spki' });
const ZONE = {
  'r._domainkey.server1.com': { TXT: [`v=DKIM1; k=rsa; p=${publicOf(rsa).toString('base64')}`] },
  'e._domainkey.server1.com': {
    TXT: [`v=DKIM1; k=ed25519; p=${publicOf(ed25519).subarray(-32).toString('base64')}`],
  },
};
const RSA: SigningKey = {
  domain: 'server1.com',
  selector: 'r',
  algorithm: 'rsa-sha256',
  privateKey: rsa.privateKey,
};
const ED25519: SigningKey = {
  domain: 'server1.com',
  selector: 'e',
  algorithm: 'ed25519-sha256',
  privateKey: ed25519.privateKey,
};
const NOW = Date.UTC(2026, 0, 5);
const MESSAGE =
  'From: Anna <anna@server1.com>\r\nTo: bob@server2.com\r\nSubject: Hi\r\nDate: Mon, 05 Jan 2026 10:00:00 +0000\r\n\r\nHello\r\n';

async function read(text: string): Promise<SignedMessage> {
  const message = await readSignedMessage([Buffer.from(text, 'latin1')], (fields) => [
    SIGNED_FORM,
    ...[...dkimFields(fields), ...arcMessageSignatures(fields)].flatMap((field) => {
      const parsed = parseSignature(field, field.name === 'dkim-signature' ? 'dkim' : 'arc');
      return parsed.ok ? [parsed.value] : [];
    }),
  ]);
  return message;
}

const context = { resolver: memoryResolver(ZONE), now: NOW };
const sign = async (text: string, keys = [RSA, ED25519]) =>
  (await signMessage(await read(text), keys, NOW)) + text;
const resultsOf = async (text: string) =>
  (await verifyDkim(await read(text), context)).map(({ result }) => result);
const chainOf = async (text: string) => verifyArc(await read(text), context);

async function seal(text: string, chain: 'none' | 'pass' = 'none'): Promise<string> {
  const request = { key: RSA, now: NOW, results: 'mail.server1.com;\r\n\tspf=pass', chain };
  return (await sealMessage(await read(text), request)) + text;
}

describe('DKIM signing', () => {
  test('makes a short-lined field for each key, which verifies', async () => {
    const signed = await sign(MESSAGE);
    expect(await resultsOf(signed)).toEqual(['pass', 'pass']);
    expect(signed).toMatch(/^DKIM-Signature: v=1; a=rsa-sha256; d=server1\.com; s=r;\r\n/);
    const lines = signed.split('\r\n\r\n')[0]?.split('\r\n') ?? [];
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78);
  });

  test.each(['Subject: Buy', 'From: eve@server1.com', 'Reply-To: eve@server9.com', 'Cc: eve@server9.com'])(
    'nobody can add %j (RFC 6376 §8.15)',
    async (field) => {
      const signed = await sign(MESSAGE);
      expect(await resultsOf(`${field}\r\n${signed}`)).toEqual(['fail', 'fail']);
      expect(await resultsOf(signed.replace('\r\nFrom', `\r\n${field}\r\nFrom`))).toEqual(['fail', 'fail']);
    },
  );

  test('whatever is signed verifies', async () => {
    const name = fc.constantFrom('From', 'Subject', 'X-A', 'List-Id', 'References', 'sender', 'Reply-To');
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\t', ';', 'b=', ':', '\r\n ', '\xe4') });
    const field = fc.tuple(name, text).map(([key, value]) => `${key}: x${value}\r\n`);
    const body = fc.string({ unit: fc.constantFrom('a', ' ', '\t', '\r\n', '\xff') });
    await fc.assert(
      fc.asyncProperty(fc.array(field), body, async (fields, content) => {
        const signed = await sign(`${fields.join('')}\r\n${content}`, [ED25519]);
        expect(await resultsOf(signed)).toEqual(['pass']);
      }),
      { numRuns: 200 },
    );
  });
});

describe('ARC sealing (RFC 8617 §5.1)', () => {
  test('each forwarder adds a set that holds, above the last', async () => {
    const first = await seal(await sign(MESSAGE));
    expect(await chainOf(first)).toMatchObject({ result: 'pass', oldestPass: 0 });
    const second = await seal(first, 'pass');
    expect(second).toMatch(/^ARC-Seal: i=2; [^]*?cv=pass/);
    expect(await chainOf(second)).toMatchObject({
      result: 'pass',
      sets: [
        { instance: 1, chainValidation: 'none', results: 'mail.server1.com; spf=pass' },
        { instance: 2, chainValidation: 'pass' },
      ],
    });
  });

  test('a list that changes the subject and seals again keeps the chain (RFC 8617 §5.2, step 5)', async () => {
    const first = await seal(MESSAGE);
    const changed = first.replace('Subject: Hi', 'Subject: [list] Hi');
    expect(await chainOf(changed)).toMatchObject({ result: 'fail' });
    expect(await chainOf(await seal(changed, 'pass'))).toMatchObject({ result: 'pass', oldestPass: 2 });
  });

  test('a chain that does not hold is not gone on with', async () => {
    const first = await seal(MESSAGE);
    const broken = first.replace(/^ARC-Message-Signature/m, 'X-Gone');
    expect(await seal(broken, 'pass')).toBe(broken);
    expect(await seal(first, 'none')).toBe(first);
    expect(await seal(MESSAGE, 'pass')).toBe(MESSAGE);
  });

  test.each([
    ['a field twice', (text: string) => `${/^ARC-Seal:[^]*?\r\n(?=ARC)/.exec(text)?.[0] ?? ''}${text}`],
    ['a gap', (text: string) => text.replaceAll('i=1', 'i=2')],
    ['no instance', (text: string) => text.replace('ARC-Seal: i=1; ', 'ARC-Seal: ')],
    ['an instance beyond fifty', (text: string) => text.replaceAll('i=1', 'i=51')],
    ['h= in a seal', (text: string) => text.replace('cv=none', 'h=from; cv=none')],
    ['a first seal that passes', (text: string) => text.replace('cv=none', 'cv=pass')],
    ['a seal that failed', (text: string) => text.replace('cv=none', 'cv=fail')],
  ])('a chain with %s fails (RFC 8617 §5.2)', async (_, change) => {
    const sealed = await seal(MESSAGE);
    expect(change(sealed)).not.toBe(sealed);
    expect(await chainOf(change(sealed))).toMatchObject({ result: 'fail' });
  });
});
