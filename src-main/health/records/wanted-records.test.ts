import { expect, test } from 'vitest';
import { OFFICE_FACTS } from './records-fixture.ts';
import { wantedRecordsOf, type WantedRecord } from './wanted-records.ts';

function linesOf(records: readonly WantedRecord[] | undefined): readonly string[] {
  return (records ?? []).map(({ type, name, value }) => `${type} ${name} ${(value ?? '?').slice(0, 40)}`);
}

test('the home domain says where the server is, and each domain that its mail comes here', () => {
  const [office, shop] = wantedRecordsOf(OFFICE_FACTS);
  expect(linesOf(office?.records)).toMatchInlineSnapshot(`
    [
      "MX office.example mail.office.example",
      "A mail.office.example 192.0.2.25",
      "AAAA mail.office.example 2001:db8::25",
      "TXT office.example v=spf1 mx -all",
      "TXT p1._domainkey.office.example v=DKIM1; k=rsa; p=MIIBMIIBMIIBMIIBMIIBMI",
      "TXT _dmarc.office.example v=DMARC1; p=none; rua=mailto:postmaster@",
      "TXT _smtp._tls.office.example v=TLSRPTv1; rua=mailto:postmaster@office",
      "CNAME mta-sts.office.example mail.office.example",
      "TXT _mta-sts.office.example v=STSv1; id=1234abcd;",
      "TLSA _25._tcp.mail.office.example 3 1 1 ababababababababababababababababab",
      "TLSA _25._tcp.mail.office.example 3 1 1 cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      "SRV _submissions._tcp.office.example mail.office.example",
      "SRV _imaps._tcp.office.example mail.office.example",
      "SRV _sieve._tcp.office.example mail.office.example",
      "CNAME autoconfig.office.example mail.office.example",
      "CNAME autodiscover.office.example mail.office.example",
      "SRV _autodiscover._tcp.office.example mail.office.example",
    ]
  `);
  expect(linesOf(shop?.records)).toMatchInlineSnapshot(`
    [
      "MX shop.example mail.office.example",
      "TXT shop.example v=spf1 mx -all",
      "TXT _dmarc.shop.example v=DMARC1; p=none; rua=mailto:postmaster@",
      "TXT _smtp._tls.shop.example v=TLSRPTv1; rua=mailto:postmaster@shop.e",
      "SRV _submissions._tcp.shop.example mail.office.example",
      "SRV _imaps._tcp.shop.example mail.office.example",
      "SRV _sieve._tcp.shop.example mail.office.example",
      "CNAME autoconfig.shop.example mail.office.example",
      "CNAME autodiscover.shop.example mail.office.example",
      "SRV _autodiscover._tcp.shop.example mail.office.example",
    ]
  `);
});

test('an address that nobody has said is unknown, and known ones stand alone', () => {
  const [unknown] = wantedRecordsOf({ ...OFFICE_FACTS, addresses: [] });
  const addresses = unknown?.records.filter(({ purpose }) => purpose === 'serverAddress');
  expect(linesOf(addresses)).toEqual(['A mail.office.example ?', 'AAAA mail.office.example ?']);
  const [known] = wantedRecordsOf({ ...OFFICE_FACTS, addresses: ['192.0.2.25'] });
  expect(known?.records.filter(({ type }) => type === 'AAAA')).toEqual([]);
});

test('who does not tell mail programs their settings publishes no names for them', () => {
  const [office] = wantedRecordsOf({ ...OFFICE_FACTS, tellsDevices: false });
  expect(office?.records.some(({ name }) => name.includes('auto'))).toBe(false);
});

test('a server that is called autoconfig is no alias of itself', () => {
  const [office] = wantedRecordsOf({ ...OFFICE_FACTS, hostname: 'autoconfig.office.example' });
  expect(
    office?.records.filter(({ name, type }) => type === 'CNAME' && name.startsWith('autoconfig')),
  ).toEqual([]);
});
