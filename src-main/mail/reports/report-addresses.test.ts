import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../base/clock.ts';
import { liveResolver } from '../../../test/support/memory-resolver.ts';
import type { Zone } from '../../../test/support/dns-server.ts';
import { parseReportUri } from './destinations.ts';
import { ReportAddresses } from './report-addresses.ts';

describe('the addresses that reports come in at', () => {
  test('are those of the settings and those that our records name (RFC 9989 §4.7, RFC 8460 §3)', async () => {
    let zone: Zone = {
      '_dmarc.server1.com': { TXT: ['v=DMARC1; p=none; rua=mailto:DMARC@server1.com!10m,https://x.example'] },
      '_smtp._tls.server1.com': { TXT: ['v=TLSRPTv1;rua=mailto:tls@server1.com'] },
    };
    const addresses = new ReportAddresses({
      resolver: liveResolver(() => zone),
      clock: new ManualClock(),
      domains: () => Promise.resolve(['server1.com']),
      configured: () => ['Reports@Server1.com'],
      onError: (error) => {
        throw error;
      },
    });
    await addresses.look();
    const all = ['reports@server1.com', 'dmarc@server1.com', 'tls@server1.com', 'anna@server1.com'];
    expect(all.map((address) => addresses.has(address))).toEqual([true, true, true, false]);
    zone = { '_dmarc.server1.com': 'fails' };
    await addresses.look();
    expect(addresses.has('dmarc@server1.com')).toBe(true);
    zone = {};
    await addresses.look();
    expect(addresses.has('dmarc@server1.com')).toBe(false);
  });

  test.each([
    ['mailto:a@b.example', { address: 'a@b.example', maxOctets: null }],
    ['mailto:a@b.example!10k', { address: 'a@b.example', maxOctets: 10_240 }],
    ['MAILTO:a%21b@b.example?subject=x!5', { address: 'a!b@b.example', maxOctets: 5 }],
    ['mailto:a@b.example!', null],
    ['mailto:nobody', null],
    ['mailto:%zz@b.example', null],
    ['https://b.example', null],
  ])('%s is %j (RFC 7489 §6.4)', (uri, destination) => {
    expect(parseReportUri(uri)).toEqual(destination);
  });
});
