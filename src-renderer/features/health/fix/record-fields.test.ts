import { describe, expect, it } from 'vitest';
import { DNS_HOST_NAMES } from './dns-hosts.ts';
import { fieldsOf, type FixRecord } from './record-fields.ts';

const DOMAIN = 'office.example';

function record(type: FixRecord['type'], name: string, value: string | null): FixRecord {
  return { type, name, value, priority: null, weight: null, port: null, ttlSeconds: 3600 };
}

const MX = { ...record('MX', DOMAIN, 'mail.office.example'), priority: 10 };
const SRV = {
  ...record('SRV', '_imaps._tcp.office.example', 'mail.office.example'),
  priority: 0,
  weight: 1,
  port: 993,
};
const LONG = record('TXT', 'k._domainkey.office.example', `v=DKIM1; p=${'A'.repeat(400)}`);

const linesOf = (each: FixRecord, host: (typeof DNS_HOST_NAMES)[number]) =>
  fieldsOf(each, DOMAIN, host).map(({ kind, text }) => `${kind}=${text ?? '?'}`);

describe('a record is entered as the host wants it', () => {
  it('with the priority in its own field, or before the value', () => {
    expect(linesOf(MX, 'cloudflare')).toEqual(['name=@', 'target=mail.office.example', 'priority=10']);
    expect(linesOf(MX, 'route53')).toEqual(['name=', 'target=10 mail.office.example']);
    expect(linesOf(MX, 'gandi')).toEqual(['name=@', 'target=mail.office.example.', 'priority=10']);
  });

  it('with SRV in fields, with service and protocol apart, or in the value', () => {
    expect(linesOf(SRV, 'generic')).toEqual([
      ...['name=_imaps._tcp', 'priority=0', 'weight=1', 'port=993', 'target=mail.office.example'],
    ]);
    expect(linesOf(SRV, 'namecheap')).toEqual([
      ...['service=_imaps', 'protocol=_tcp', 'name=@', 'priority=0', 'weight=1', 'port=993'],
      'target=mail.office.example',
    ]);
    expect(linesOf(SRV, 'dnspod')).toEqual(['name=_imaps._tcp', 'target=0 1 993 mail.office.example']);
  });

  it('with long texts whole, or in strings that hold 255 characters', () => {
    expect(fieldsOf(LONG, DOMAIN, 'aliyun')[1]?.text).toBe(LONG.value);
    const strings = fieldsOf(LONG, DOMAIN, 'route53')[1]?.text?.split(' "') ?? [];
    expect(strings).toHaveLength(2);
    expect(strings.join('').replaceAll('"', '')).toBe(LONG.value);
  });

  it('with quotes where the host wants them', () => {
    const spf = record('TXT', DOMAIN, 'v=spf1 mx -all');
    expect(linesOf(spf, 'godaddy')).toEqual(['name=@', 'value=v=spf1 mx -all']);
    expect(linesOf(spf, 'route53')).toEqual(['name=', 'value="v=spf1 mx -all"']);
  });

  it.each(DNS_HOST_NAMES)('at %s, also where its value is not known', (host) => {
    expect(fieldsOf(record('A', 'mail.office.example', null), DOMAIN, host)).toEqual([
      { kind: 'name', text: 'mail' },
      { kind: 'value', text: null },
    ]);
  });
});
