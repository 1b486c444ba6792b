import { expect, test } from 'vitest';
import { guessHost } from './keeping.ts';

test.each([
  ['cloudflare', ['amy.ns.cloudflare.com', 'bob.ns.cloudflare.com.']],
  ['godaddy', ['NS11.domaincontrol.com', 'ns12.domaincontrol.com']],
  ['namecheap', ['dns1.registrar-servers.com', 'dns2.registrar-servers.com']],
  [
    'route53',
    ['ns-1.awsdns-00.com', 'ns-1789.awsdns-31.co.uk', 'ns-999.awsdns-60.net', 'ns-1200.awsdns-22.org'],
  ],
  ['gandi', ['ns-101-a.gandi.net', 'ns-16-b.gandi.net']],
  ['aliyun', ['dns9.hichina.com', 'dns10.hichina.com']],
  ['aliyun', ['vip1.alidns.com']],
  ['dnspod', ['f1g1ns1.dnspod.net', 'ns3.dnsv5.com']],
  ['generic', ['ns1.office.example', 'cloudflare.com.evil.example']],
  ['generic', []],
] as const)('%s is known by its name servers', (host, names) => {
  expect(guessHost(names)).toBe(host);
});

test('the host that most name servers belong to is the one', () => {
  expect(guessHost(['a.gandi.net', 'amy.ns.cloudflare.com', 'bob.ns.cloudflare.com'])).toBe('cloudflare');
});
