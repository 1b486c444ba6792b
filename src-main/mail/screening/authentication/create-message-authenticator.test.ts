import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../../base/clock.ts';
import type { DnsResolver } from '../../../protocol/dns/resolver.ts';
import type { Zone } from '../../../../test/support/dns-server.ts';
import { memoryResolver } from '../../../../test/support/memory-resolver.ts';
import { createMessageAuthenticator } from './create-message-authenticator.ts';
import type { ReadableOctets } from './port.ts';

const ZONE: Zone = {
  'server2.com': { TXT: ['v=spf1 ip4:192.0.2.0/24 -all'] },
  'mail.server2.com': { TXT: ['v=spf1 a -all'], A: ['192.0.2.25'] },
  '_dmarc.server2.com': { TXT: ['v=DMARC1; p=reject'] },
};
const FACTS = {
  remoteAddress: '192.0.2.25',
  remoteName: 'mail.server2.com',
  reversePath: 'anna@server2.com',
};

function inMemory(text: string): ReadableOctets {
  const octets = Buffer.from(text);
  return {
    sizeBytes: octets.length,
    readRange: (start, end) => Promise.resolve(octets.subarray(start, end)),
  };
}

function authenticator(resolver: DnsResolver, clock = new ManualClock()) {
  return createMessageAuthenticator({
    resolver,
    clock,
    randomBytes: (length) => new Uint8Array(length),
    hostname: () => 'mail.server1.com',
  });
}

describe('the message authenticator', () => {
  test('says all that it found in one field', async () => {
    const message = inMemory('From: Anna <anna@server2.com>\r\nSubject: Hi\r\n\r\nHello\r\n');
    const outcome = await authenticator(memoryResolver(ZONE)).authenticate(FACTS, message);
    expect(outcome.dmarc).toMatchObject({ result: 'pass', isSpfAligned: true, disposition: 'none' });
    expect(outcome.field).toBe(
      [
        'Authentication-Results: mail.server1.com;',
        '\tspf=pass ("ip4:192.0.2.0/24" of server2.com decides about',
        '\t\t192.0.2.25) smtp.mailfrom=anna@server2.com;',
        '\tspf=pass ("a" of mail.server2.com decides about 192.0.2.25)',
        '\t\tsmtp.helo=mail.server2.com;',
        '\tdkim=none;',
        '\tdmarc=pass (p=reject; SPF proves server2.com)',
        '\t\theader.from=server2.com;',
        '\tarc=none (nobody has sealed the message)',
        '',
      ].join('\r\n'),
    );
  });

  test('with the null reverse-path the HELO name stands for MAIL FROM (RFC 7208 §2.4)', async () => {
    const message = inMemory('From: postmaster@mail.server2.com\r\n\r\n');
    const facts = { ...FACTS, reversePath: '' };
    const outcome = await authenticator(memoryResolver(ZONE)).authenticate(facts, message);
    expect(outcome.spf.mailFrom).toMatchObject({ identity: 'helo', domain: 'mail.server2.com' });
    expect(outcome.dmarc.result).toBe('pass');
    expect(outcome.field).not.toContain('smtp.mailfrom');
  });

  test('a name server that never answers costs bounded time, and nothing is held against the sender', async () => {
    const clock = new ManualClock();
    const never = () => new Promise<never>(() => undefined);
    const resolver = { mx: never, a: never, aaaa: never, txt: never, ptr: never };
    const message = inMemory('From: anna@server2.com\r\n\r\n');
    const waiting = authenticator(resolver, clock).authenticate(FACTS, message);
    clock.advance(20_000);
    const outcome = await waiting;
    expect(outcome.spf.mailFrom.result).toBe('temperror');
    expect(outcome.dmarc).toMatchObject({ result: 'temperror', disposition: 'none' });
  });

  test('reads a large message in ranges', async () => {
    const header = Buffer.from(
      'DKIM-Signature: v=1; a=rsa-sha256; d=server2.com; s=x; h=from; bh=x; b=x\r\nFrom: anna@server2.com\r\n\r\n',
    );
    const sizeBytes = 3_000_000;
    let largest = 0;
    const message: ReadableOctets = {
      sizeBytes,
      readRange: (start, end) => {
        largest = Math.max(largest, end - start);
        const octets = Buffer.alloc(end - start, 'a');
        if (start < header.length) header.copy(octets, 0, start);
        return Promise.resolve(octets);
      },
    };
    const outcome = await authenticator(memoryResolver(ZONE)).authenticate(FACTS, message);
    expect(outcome.dkim).toMatchObject([{ result: 'permerror' }]);
    expect(largest).toBeLessThanOrEqual(128 * 1024);
  });

  test('a header section without end hides no author', async () => {
    const message = inMemory(`From: a@server2.com\r\n${'X: y\r\n'.repeat(60_000)}\r\nbody`);
    const facts = { ...FACTS, remoteAddress: '198.51.100.1' };
    const outcome = await authenticator(memoryResolver(ZONE)).authenticate(facts, message);
    expect(outcome.dmarc).toMatchObject({ result: 'fail', disposition: 'reject' });
  });
});
