import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/logger.ts';
import type { SigningKey } from '../../protocol/authentication/dkim/sign.ts';
import { createOutgoingSigner } from './create-outgoing-signer.ts';
import type { LeavingEntry } from './port.ts';

const KEYS: readonly SigningKey[] = [
  {
    domain: 'server1.com',
    selector: 'e',
    algorithm: 'ed25519-sha256',
    privateKey: generateKeyPairSync('ed25519').privateKey,
  },
  {
    domain: 'server1.com',
    selector: 'r',
    algorithm: 'rsa-sha256',
    privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  },
];
const ENTRY: LeavingEntry = { id: 'x', origin: 'submission', receivedAt: 0, recipients: [] };
const RESULTS =
  'Authentication-Results: mail.server1.com;\r\n\tspf=pass smtp.mailfrom=a@b.example;\r\n\tarc=none\r\n';

async function sign(message: string, options: { isOurs?: boolean; prefix?: string } = {}): Promise<string> {
  const { isOurs = true, prefix } = options;
  const signer = createOutgoingSigner({
    keys: {
      keysFor: (domain) => (domain.endsWith('server1.com') ? KEYS : []),
      anyKeys: () => KEYS,
    },
    clock: new ManualClock(),
    logger: silentLogger,
    hostname: () => 'mail.server1.com',
    isOurs: () => Promise.resolve(isOurs),
  });
  const entry = prefix === undefined ? ENTRY : { ...ENTRY, prefix };
  return signer.sign(entry, one(Buffer.from(message)));
}

async function* one(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(octets);
}

const namesOf = (fields: string) => fields.match(/^[A-Za-z-]+(?=:)/gm) ?? [];

describe('what leaves is signed', () => {
  test('with every key of the author’s domain', async () => {
    const fields = await sign('From: Anna <anna@server1.com>\r\n\r\nHi\r\n');
    expect(namesOf(fields)).toEqual(['DKIM-Signature', 'DKIM-Signature']);
    expect(fields).toContain('d=server1.com; s=e');
    expect(fields).toContain('d=server1.com; s=r');
  });

  test('DSNs too: their author is this server', async () => {
    const fields = await sign('From: Mail Delivery <postmaster@mail.server1.com>\r\n\r\nHi\r\n');
    expect(namesOf(fields)).toEqual(['DKIM-Signature', 'DKIM-Signature']);
  });

  test.each([
    'From: tom@server2.com\r\n\r\n',
    'From: anna@server1.com, tom@server2.com\r\n\r\n',
    'From: anna@server1.com\r\nFrom: tom@server2.com\r\n\r\n',
    'Subject: nobody\r\n\r\n',
  ])('but not for others: %j', async (message) => {
    expect(await sign(message)).toBe('');
  });

  test('and not what came from elsewhere and claims to be ours', async () => {
    expect(await sign('From: anna@server1.com\r\n\r\n', { isOurs: false })).toBe('');
  });
});

describe('what we pass on is sealed', () => {
  test('with what we found of it, by the RSA key (RFC 8617 §4.1)', async () => {
    const fields = await sign('From: tom@server2.com\r\n\r\nHi\r\n', { isOurs: false, prefix: RESULTS });
    expect(namesOf(fields)).toEqual(['ARC-Seal', 'ARC-Message-Signature', 'ARC-Authentication-Results']);
    expect(fields).toContain('a=rsa-sha256');
    expect(fields).toContain(
      'ARC-Authentication-Results: i=1; mail.server1.com;\r\n\tspf=pass smtp.mailfrom=a@b.example;\r\n\tarc=none\r\n',
    );
  });

  test.each([
    ['a chain that failed', RESULTS.replace('arc=none', 'arc=fail')],
    ['results of another server', RESULTS.replace('mail.server1', 'mail.server9')],
    ['no results', ''],
  ])('but not with %s', async (_, prefix) => {
    expect(await sign('From: tom@server2.com\r\n\r\nHi\r\n', { isOurs: false, prefix })).toBe('');
  });
});
