import { describe, expect, it } from 'vitest';
import { FakeCloudflare, type CloudflareRow } from '../../../test/support/fake-cloudflare.ts';
import { HttpsError, type HttpsRequest, type SendHttps } from '../../protocol/https/https-client.ts';
import { compareRecords } from '../records/compare-records.ts';
import { OFFICE_FACTS } from '../records/records-fixture.ts';
import { wantedRecordsOf } from '../records/wanted-records.ts';
import { changeSetOf, inverseOf, setsOf } from './change-sets.ts';
import { CloudflarePublisher } from './cloudflare-publisher.ts';
import { DesecPublisher } from './desec-publisher.ts';
import type { DnsPublisher } from './port.ts';

const DOMAIN = 'office.example';
const OFFICE = wantedRecordsOf(OFFICE_FACTS)[0]?.records ?? [];
const OLD_ROWS: readonly CloudflareRow[] = [
  { type: 'MX', name: DOMAIN, content: 'mx.old.example', priority: 5, ttl: 1 },
  { type: 'TXT', name: DOMAIN, content: '"v=spf1 include:news.example" " ~all"', ttl: 300 },
  { type: 'A', name: 'mail.office.example', content: '192.0.2.25', ttl: 1, proxied: true },
  { type: 'A', name: 'www.office.example', content: '192.0.2.80', ttl: 1, proxied: true },
  { type: 'CAA', name: DOMAIN, content: '0 issue "ca.example"' },
];

async function compareAt(publisher: DnsPublisher) {
  const found = await publisher.list(setsOf(OFFICE));
  if (!found.ok) throw new Error(found.error.code);
  return compareRecords(OFFICE, found.value);
}

describe('Cloudflare', () => {
  function open(token = 'right') {
    const fake = new FakeCloudflare({ zone: DOMAIN, token: 'right', rows: OLD_ROWS });
    const publisher = new CloudflarePublisher({ domain: DOMAIN, token, send: fake.send });
    return { fake, publisher };
  }

  it('publishes all that is wanted in one batch, leaves the rest, and takes it back', async () => {
    const { fake, publisher } = open();
    const change = changeSetOf(await compareAt(publisher), () => true);
    expect(change.remove.map(({ type, value }) => `${type} ${value ?? ''}`)).toEqual([
      'A 192.0.2.25',
      'TXT v=spf1 include:news.example ~all',
      'MX mx.old.example',
    ]);
    expect(await publisher.apply(change)).toEqual({ ok: true, value: undefined });
    expect(fake.requests.filter((line) => line.startsWith('POST'))).toHaveLength(1);
    const after = await compareAt(publisher);
    expect(after.compared.filter(({ state }) => state !== 'present')).toEqual([]);
    expect(after.inTheWay).toEqual([]);
    expect(
      fake.rows.filter(({ type, name }) => type === 'CAA' || name === 'www.office.example'),
    ).toHaveLength(2);
    const addresses = fake.rows.filter(({ name, type }) => name === 'mail.office.example' && type === 'A');
    expect(addresses).toMatchObject([{ content: '192.0.2.25', proxied: false }]);

    expect(await publisher.apply(inverseOf(change))).toEqual({ ok: true, value: undefined });
    expect(fake.rows.filter(({ type }) => type === 'MX')).toMatchObject([
      { content: 'mx.old.example', priority: 5 },
    ]);
  });

  it('finds the zone above the domain, and says where there is none', async () => {
    const { fake } = open();
    const of = (domain: string) =>
      new CloudflarePublisher({ domain, token: 'right', send: fake.send }).test();
    expect(await of('branch.office.example')).toEqual({ ok: true, value: { zone: DOMAIN } });
    expect(await of('other.example')).toEqual({
      ok: false,
      error: { code: 'noSuchZone', detail: 'other.example' },
    });
  });

  it('refuses a token, is busy, and does nothing of a batch that fails', async () => {
    expect(await open('wrong').publisher.test()).toMatchObject({
      ok: false,
      error: { code: 'tokenRefused' },
    });
    const { fake, publisher } = open();
    const change = changeSetOf(await compareAt(publisher), () => true);
    fake.batchFails = true;
    const before = fake.rows;
    expect(await publisher.apply(change)).toEqual({
      ok: false,
      error: { code: 'recordRefused', detail: 'An identical record already exists. (81058)' },
    });
    expect(fake.rows).toBe(before);
    fake.isBusy = true;
    expect(await publisher.apply(change)).toEqual({
      ok: false,
      error: { code: 'tooManyRequests', detail: 'Retry-After: 30' },
    });
  });

  it('does nothing where somebody else has changed the zone meanwhile', async () => {
    const { fake, publisher } = open();
    const change = changeSetOf(await compareAt(publisher), () => true);
    fake.rows = fake.rows.filter(({ type }) => type !== 'MX');
    expect(await publisher.apply(change)).toEqual({
      ok: false,
      error: { code: 'changedMeanwhile', detail: '' },
    });
  });
});

describe('an API', () => {
  const testWith = (send: SendHttps) =>
    new CloudflarePublisher({ domain: DOMAIN, token: 'right', send }).test();

  it.each([
    ['cannot be reached', 'unreachable', 'unreachable'],
    ['cannot prove who it is', 'certificate', 'untrusted'],
    ['answers without end', 'tooLarge', 'badReply'],
  ] as const)('that %s is told so', async (_what, kind, code) => {
    expect(await testWith(() => Promise.reject(new HttpsError(kind, 'why')))).toMatchObject({
      error: { code },
    });
  });

  it.each([
    [200, 'no JSON', 'badReply'],
    [200, '{"success":true,"errors":[],"result":[{"id":"../x","name":"a"}]}', 'badReply'],
    [502, '<html>', 'serverFailed'],
    [401, '{}', 'tokenRefused'],
  ])('that answers %i %s is no surprise', async (status, body, code) => {
    const send: SendHttps = () => Promise.resolve({ status, headers: {}, body: Buffer.from(body) });
    expect(await testWith(send)).toMatchObject({ ok: false, error: { code } });
  });
});

interface DesecSet {
  readonly subname: string;
  readonly type: string;
  readonly ttl: number;
  readonly records: readonly string[];
}

/** deSEC's API for one domain. */
function fakeDesec(sets: DesecSet[]) {
  const puts: DesecSet[][] = [];
  const send: SendHttps = ({ method, url, headers, body }: HttpsRequest) => {
    const answer = (status: number, json: unknown) =>
      Promise.resolve({ status, headers: {}, body: Buffer.from(JSON.stringify(json)) });
    const { pathname, searchParams } = new URL(url);
    if (headers?.['authorization'] !== 'Token right') return answer(401, { detail: 'Invalid token.' });
    if (pathname === '/api/v1/domains/') {
      const owns = (searchParams.get('owns_qname') ?? '').endsWith(DOMAIN);
      return answer(200, owns ? [{ name: DOMAIN, minimum_ttl: 3600 }] : []);
    }
    if (method === 'PUT') {
      const changed = JSON.parse(body ?? '[]') as DesecSet[];
      if (changed.some(({ ttl }) => ttl < 3600)) return answer(400, [{ ttl: ['too low'] }]);
      puts.push(changed);
      const kept = sets.filter(
        (set) => !changed.some((each) => each.subname === set.subname && each.type === set.type),
      );
      sets.splice(0, sets.length, ...kept, ...changed.filter(({ records }) => records.length > 0));
      return answer(200, changed);
    }
    const rows = sets.map((set) => ({
      ...set,
      name: `${set.subname === '' ? '' : `${set.subname}.`}${DOMAIN}.`,
    }));
    return answer(200, rows);
  };
  return { send, puts };
}

describe('deSEC', () => {
  it('publishes whole sets in one request, leaves the rest, and takes it back', async () => {
    const sets: DesecSet[] = [
      { subname: '', type: 'MX', ttl: 3600, records: ['5 mx.old.example.'] },
      { subname: '', type: 'TXT', ttl: 3600, records: ['"v=spf1 -all"', '"site=1"'] },
      { subname: '', type: 'NS', ttl: 3600, records: ['ns1.desec.io.'] },
    ];
    const { send, puts } = fakeDesec(sets);
    const publisher = new DesecPublisher({ domain: DOMAIN, token: 'right', send });
    const change = changeSetOf(await compareAt(publisher), () => true);
    expect(await publisher.apply(change)).toEqual({ ok: true, value: undefined });
    expect(puts).toHaveLength(1);
    expect(sets.find(({ subname, type }) => subname === '' && type === 'TXT')?.records).toEqual([
      '"site=1"',
      '"v=spf1 mx -all"',
    ]);
    const after = await compareAt(publisher);
    expect(after.compared.filter(({ state }) => state !== 'present')).toEqual([]);
    expect(await publisher.apply(inverseOf(change))).toEqual({ ok: true, value: undefined });
    expect(sets.map(({ subname, type }) => `${subname} ${type}`).toSorted()).toEqual([' MX', ' NS', ' TXT']);
  });

  it('refuses a token and a domain that is not ours, in its own words', async () => {
    const { send } = fakeDesec([]);
    const refused = await new DesecPublisher({ domain: DOMAIN, token: 'wrong', send }).test();
    expect(refused).toEqual({ ok: false, error: { code: 'tokenRefused', detail: 'Invalid token.' } });
    const elsewhere = await new DesecPublisher({ domain: 'other.net', token: 'right', send }).test();
    expect(elsewhere).toMatchObject({ error: { code: 'noSuchZone' } });
  });
});
