import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareRecords, type FoundRecord } from './compare-records.ts';
import { OFFICE_FACTS, zoneRecord } from './records-fixture.ts';
import { wantedRecordsOf, type RecordPurpose } from './wanted-records.ts';
import type { ZoneRecord } from './zone-record.ts';

const DOMAIN = 'office.example';
const HOST = 'mail.office.example';
const OFFICE = wantedRecordsOf(OFFICE_FACTS)[0]?.records ?? [];

function only(purpose: RecordPurpose) {
  return OFFICE.filter((record) => record.purpose === purpose);
}

function compareOne(purpose: RecordPurpose, found: readonly FoundRecord[]) {
  const { compared, inTheWay, untouched } = compareRecords(only(purpose), found);
  return {
    states: compared.map(({ state }) => state),
    publish: compared.map(({ publish }) => publish?.value ?? null),
    obstacles: inTheWay.map(({ record, obstacle }) => `${obstacle}: ${record.value ?? ''}`),
    untouched: untouched.map(({ value }) => value),
  };
}

it('an empty zone lacks everything, and a zone as it is wanted lacks nothing', () => {
  const empty = compareRecords(OFFICE, []);
  expect(new Set(empty.compared.map(({ state }) => state))).toEqual(new Set(['missing']));
  const full = compareRecords(OFFICE, OFFICE);
  expect(new Set(full.compared.map(({ state }) => state))).toEqual(new Set(['present']));
  expect(full).toMatchObject({ inTheWay: [], untouched: [] });
});

describe('MX', () => {
  const other = { ...zoneRecord('MX', DOMAIN, 'mx.old.example'), priority: 5 };

  it('of another server is in the way, whatever its preference', () => {
    expect(compareOne('receive', [other])).toMatchObject({
      states: ['missing'],
      obstacles: ['otherMailServer: mx.old.example'],
    });
  });

  it('of ours serves with any preference', () => {
    const ours = { ...zoneRecord('MX', DOMAIN, HOST), priority: 50 };
    expect(compareOne('receive', [ours])).toMatchObject({ states: ['present'], obstacles: [] });
  });

  it('that takes no mail is in the way (RFC 7505)', () => {
    const none = { ...zoneRecord('MX', DOMAIN, ''), priority: 0 };
    expect(compareOne('receive', [none]).obstacles).toEqual(['nullMx: ']);
  });
});

describe('SPF', () => {
  const spf = (value: string) => zoneRecord('TXT', DOMAIN, value);

  it('that lets our MX send is left as it is', () => {
    const found = compareOne('spf', [spf('v=spf1 include:news.example mx ~all')]);
    expect(found).toMatchObject({ states: ['present'], publish: [null] });
  });

  it('with other senders keeps them, and we come to them', () => {
    const found = compareOne('spf', [spf('v=spf1 include:news.example ~all')]);
    expect(found).toMatchObject({ states: ['different'], publish: ['v=spf1 mx include:news.example ~all'] });
  });

  it('of which there are two becomes one with the senders of both (RFC 7208 §3.2)', () => {
    const two = [
      spf('v=spf1 include:news.example ~all'),
      spf('v=spf1 mx a ip4:192.0.2.0/24 -all'),
      spf('v=spf10 x'),
    ];
    expect(compareOne('spf', two)).toEqual({
      states: ['different'],
      publish: ['v=spf1 mx include:news.example a ip4:192.0.2.0/24 ~all'],
      obstacles: [],
      untouched: ['v=spf10 x'],
    });
  });

  it('is not mixed up with what others keep at the name', () => {
    const found = compareOne('spf', [spf('google-site-verification=1')]);
    expect(found).toMatchObject({ states: ['missing'], untouched: ['google-site-verification=1'] });
  });
});

it('a DMARC policy that somebody decided on stays', () => {
  const strict = zoneRecord('TXT', `_dmarc.${DOMAIN}`, 'v=DMARC1; p=reject; rua=mailto:x@other.example');
  expect(compareOne('dmarc', [strict])).toMatchObject({ states: ['present'], untouched: [] });
  const broken = zoneRecord('TXT', `_dmarc.${DOMAIN}`, 'v=DMARC1');
  expect(compareOne('dmarc', [broken]).states).toEqual(['different']);
});

it('a DKIM key that is another is replaced, spaces are no difference', () => {
  const [wanted] = only('dkim');
  const name = wanted?.name ?? '';
  const spaced = (wanted?.value ?? '').replace('; ', ';  ');
  expect(compareOne('dkim', [zoneRecord('TXT', name, spaced)]).states).toEqual(['present']);
  expect(compareOne('dkim', [zoneRecord('TXT', name, 'v=DKIM1; p=AAAA')]).states).toEqual(['different']);
});

describe('addresses', () => {
  it('are the same however IPv6 is written, and others are in the way', () => {
    const found = compareOne('serverAddress', [
      zoneRecord('A', HOST, '192.0.2.99'),
      zoneRecord('AAAA', HOST, '2001:DB8:0:0::25'),
    ]);
    expect(found).toMatchObject({ states: ['missing', 'present'], obstacles: ['otherAddress: 192.0.2.99'] });
  });

  it('behind a host that serves web pages alone are replaced', () => {
    const found = compareOne('serverAddress', [{ ...zoneRecord('A', HOST, '192.0.2.25'), isProxied: true }]);
    expect(found.states).toEqual(['different', 'missing']);
  });

  it('that nobody has said are present where there are any', () => {
    const unknown = wantedRecordsOf({ ...OFFICE_FACTS, addresses: [] })[0]?.records ?? [];
    const wanted = unknown.filter(({ purpose }) => purpose === 'serverAddress');
    const { compared, inTheWay } = compareRecords(wanted, [zoneRecord('A', HOST, '192.0.2.1')]);
    expect(compared.map(({ state }) => state)).toEqual(['present', 'unknown']);
    expect(inTheWay).toEqual([]);
  });
});

describe('an alias', () => {
  const name = `autoconfig.${DOMAIN}`;

  it('is as good as the address of our host, and no other', () => {
    const host = zoneRecord('A', HOST, '192.0.2.25');
    expect(compareOne('clientAutoconfig', [host, zoneRecord('A', name, '192.0.2.25')]).states).toEqual([
      'present',
    ]);
    expect(compareOne('clientAutoconfig', [host, zoneRecord('A', name, '192.0.2.1')]).states).toEqual([
      'different',
    ]);
  });

  it('bears nothing beside it, and stands in the way of all else (RFC 1034 §3.6.2)', () => {
    const text = zoneRecord('TXT', name, 'hello');
    expect(compareOne('clientAutoconfig', [text])).toMatchObject({
      states: ['missing'],
      obstacles: ['besideAlias: hello'],
    });
    const alias = zoneRecord('CNAME', HOST, 'elsewhere.example');
    expect(compareOne('serverAddress', [alias]).obstacles).toEqual(['alias: elsewhere.example']);
  });
});

it('a key of DANE that is neither in use nor planned is in the way', () => {
  const stale = zoneRecord('TLSA', `_25._tcp.${HOST}`, `3 1 1 ${'00'.repeat(32)}`);
  const found = compareOne('tlsa', [stale, ...only('tlsa')]);
  expect(found).toMatchObject({ states: ['present'], obstacles: [`otherKey: ${stale.value ?? ''}`] });
});

it('every record that is there is in exactly one place', () => {
  const names = fc.constantFrom(...OFFICE.map(({ name }) => name), 'www.office.example');
  const types = fc.constantFrom<ZoneRecord['type']>('A', 'AAAA', 'MX', 'TXT', 'CNAME', 'SRV', 'TLSA');
  const values = fc.constantFrom(
    HOST,
    '192.0.2.25',
    'v=spf1 -all',
    'v=spf1 mx',
    'v=DMARC1; p=none',
    '',
    null,
  );
  const records = fc.array(fc.tuple(types, names, values).map((parts) => zoneRecord(...parts)));
  fc.assert(
    fc.property(records, (found) => {
      const { compared, inTheWay, untouched } = compareRecords(OFFICE, found);
      const placed = [
        ...compared.flatMap((each) => each.found),
        ...inTheWay.map(({ record }) => record),
        ...untouched,
      ];
      expect(new Set(placed)).toEqual(new Set(found));
      expect(placed).toHaveLength(found.length);
    }),
  );
});
