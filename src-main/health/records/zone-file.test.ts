import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readZoneFile } from './read-zone-file.ts';
import { OFFICE_FACTS, zoneRecord } from './records-fixture.ts';
import { wantedRecordsOf, type WantedRecord } from './wanted-records.ts';
import { formatZoneFile, type ZoneFileStyle } from './zone-file.ts';
import { zoneLineOf } from './zone-text.ts';

const DOMAIN = 'office.example';
const OFFICE = wantedRecordsOf(OFFICE_FACTS)[0]?.records ?? [];
const STYLES: readonly ZoneFileStyle[] = ['absolute', 'relative'];

function plain({ purpose: _purpose, need: _need, ...record }: WantedRecord) {
  return record;
}

describe('a zone file that is written', () => {
  it.each(STYLES)('is read back as the same records (%s names)', (style) => {
    const zone = readZoneFile(formatZoneFile(DOMAIN, OFFICE, style), style === 'relative' ? '' : DOMAIN);
    expect(zone.problems).toEqual([]);
    expect(zone.records).toEqual(OFFICE.map(plain));
  });

  it('has names below $ORIGIN, a comment for each purpose, and texts in strings of 255 octets', () => {
    const text = formatZoneFile(DOMAIN, OFFICE, 'relative');
    expect(text).toContain('$ORIGIN office.example.\n');
    expect(text).toContain('; Mail for the domain comes to this server.\n@\t3600\tIN\tMX\t10 mail\n');
    const strings = /^p1\._domainkey\t.*\tTXT\t(.*)$/mu.exec(text)?.[1]?.match(/"[^"]*"/gu) ?? [];
    expect(strings.map((string) => string.length - 2)).toEqual([255, 155]);
  });

  it('keeps as a comment what nobody can know', () => {
    const [office] = wantedRecordsOf({ ...OFFICE_FACTS, addresses: [] });
    const text = formatZoneFile(DOMAIN, office?.records ?? [], 'absolute');
    expect(text).toContain('; mail.office.example.\t3600\tIN\tA\t(its public address)');
    expect(readZoneFile(text, DOMAIN).problems).toEqual([]);
  });
});

describe('a zone file of somebody else', () => {
  it('may leave out owner, TTL and class, and go over lines (RFC 1035 §5.3)', () => {
    const text = [
      '$ORIGIN OFFICE.example.',
      '$TTL 1h',
      '@ IN SOA ns1 hostmaster ( 2026112101 ; serial',
      '      3600 600 86400 300 )',
      '      NS ns1',
      '   MX 10 mail',
      '  300 IN MX 20 backup.provider.example. ; the old one',
      'IN 2h A 192.0.2.1',
      '@ IN 2d TXT "v=spf1 " "include:_spf.provider.example -all"',
      '_imaps._tcp SRV 0 1 993 mail',
      'text TXT ( "a;b"',
      '  "c\\"d\\101" )',
      '_25._tcp.mail TLSA 3 1 1 ( ABAB',
      ' cdcd )',
    ].join('\r\n');
    const zone = readZoneFile(text, 'ignored.example');
    expect(zone.problems).toEqual([]);
    expect(zone.others.map(({ type }) => type)).toEqual(['SOA', 'NS']);
    expect(zone.records.map((record) => zoneLineOf(record))).toEqual([
      'office.example. 3600 IN MX 10 mail.office.example.',
      'office.example. 300 IN MX 20 backup.provider.example.',
      'in.office.example. 7200 IN A 192.0.2.1',
      'office.example. 172800 IN TXT "v=spf1 include:_spf.provider.example -all"',
      '_imaps._tcp.office.example. 3600 IN SRV 0 1 993 mail.office.example.',
      'text.office.example. 3600 IN TXT "a;bc\\"de"',
      '_25._tcp.mail.office.example. 3600 IN TLSA 3 1 1 ababcdcd',
    ]);
  });

  it('is read on after what is not understood, which is told with its line', () => {
    const text = [
      ' MX 10 mail',
      '@ MX ten mail',
      '$INCLUDE other.zone',
      '@ TXT "never ends',
      'a..b A 192.0.2.1',
      '@ A 999.0.2.1',
      '$TTL soon',
      ') mail A 192.0.2.1',
      'good A 192.0.2.9',
      'open ( A 192.0.2.1',
    ].join('\n');
    const zone = readZoneFile(text, DOMAIN);
    expect(zone.problems.map(({ line, fault }) => `${String(line)} ${fault}`)).toEqual([
      '1 noOwner',
      '2 badData',
      '3 notFollowed',
      '4 openString',
      '5 badName',
      '6 badData',
      '7 badTtl',
      '8 closedTooOften',
      '10 openParenthesis',
    ]);
    expect(zone.records.map(({ name }) => name)).toEqual(['good.office.example']);
  });

  it('is read up to its limits and no further', () => {
    expect(readZoneFile('x'.repeat(2 ** 20 + 1), DOMAIN).problems[0]?.fault).toBe('tooLong');
    const many = readZoneFile('@ A 192.0.2.1\n'.repeat(20_001), DOMAIN);
    expect(many.records).toHaveLength(20_000);
    expect(many.problems.at(-1)?.fault).toBe('tooManyRecords');
    expect(readZoneFile('@ A x\n'.repeat(500), DOMAIN).problems).toHaveLength(100);
    const started = performance.now();
    readZoneFile(`@ ${'1'.repeat(2 ** 19)}x A 192.0.2.1\n"${'\\"'.repeat(2 ** 18)}`, DOMAIN);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

it('any text comes back as it was written', () => {
  const octets = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  });
  fc.assert(
    fc.property(octets, (value) => {
      const line = zoneLineOf(zoneRecord('TXT', DOMAIN, value)) ?? '';
      expect(readZoneFile(line, '').records[0]?.value).toBe(value);
    }),
  );
});

it('whatever is read is bounded and leaves names in lower case', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const { name } of readZoneFile(text, DOMAIN).records) expect(name).toBe(name.toLowerCase());
    }),
  );
});
