/** Debian's BIND takes our updates (RFC 2136, RFC 8945), and refuses those that it should. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeSetOf, inverseOf, setsOf } from '../../../src-main/health/publishing/change-sets.ts';
import type { DnsPublisher } from '../../../src-main/health/publishing/port.ts';
import { Rfc2136Publisher } from '../../../src-main/health/publishing/rfc2136-publisher.ts';
import { compareRecords } from '../../../src-main/health/records/compare-records.ts';
import { OFFICE_FACTS } from '../../../src-main/health/records/records-fixture.ts';
import { wantedRecordsOf } from '../../../src-main/health/records/wanted-records.ts';
import { systemClock } from '../../../src-main/host/system-clock.ts';
import { createDnsResolver } from '../../../src-main/protocol/dns/resolver.ts';
import { UpdateClient } from '../../../src-main/protocol/dns/update/update-client.ts';
import { Bind, type BindKey } from '../../support/bind.ts';
import { isInstalled } from '../../support/installed.ts';

const OFFICE = wantedRecordsOf(OFFICE_FACTS)[0]?.records ?? [];
const newSecret = (): string => randomBytes(32).toString('base64');
const OLD_ZONE = [
  '@ MX 5 mx.old.example.',
  '@ TXT "v=spf1 include:news.example ~all"',
  '@ TXT "google-site-verification=1"',
  'www A 192.0.2.80',
  // RFC 4592: answers for every name that does not exist: _dmarc, the keys, autoconfig.
  '* TXT "v=spf1 -all"',
];

describe.runIf(isInstalled('named')).each(['hmac-sha256', 'hmac-sha512'] as const)(
  'BIND by %s',
  (algorithm) => {
    const key: BindKey = { name: 'postroom.office.example', algorithm, secret: newSecret() };
    const stranger: BindKey = { ...key, name: 'stranger' };
    let bind: Bind;

    beforeAll(async () => {
      const zones = { 'office.example': OLD_ZONE };
      bind = await Bind.start({ keys: [key, stranger], zones });
    });
    afterAll(() => bind.stop());

    function publisher(
      { name, secret }: BindKey,
      domain = 'office.example',
      clock = systemClock,
    ): DnsPublisher {
      const tsig = { name, algorithm, secret: Buffer.from(secret, 'base64') };
      return new Rfc2136Publisher({
        domain,
        client: new UpdateClient({ server: bind.server, key: tsig, clock, randomBytes }),
      });
    }

    async function compareNow() {
      const found = await publisher(key).list(setsOf(OFFICE));
      if (!found.ok) throw new Error(found.error.code);
      return compareRecords(OFFICE, found.value);
    }

    test('knows our key, and names the zone', async () => {
      expect(await publisher(key).test()).toEqual({ ok: true, value: { zone: 'office.example' } });
      expect(await publisher(key, 'sub.office.example').test()).toEqual({
        ok: true,
        value: { zone: 'office.example' },
      });
    });

    test.each([
      ['unknown', { ...key, name: 'nobody' }, 'unknownKey'],
      ['wrong', { ...key, secret: newSecret() }, 'wrongKey'],
      ['not allowed', stranger, 'refused'],
    ])('refuses a key that is %s', async (_what, other, code) => {
      expect(await publisher(other).test()).toMatchObject({ ok: false, error: { code } });
    });

    test('refuses a zone that is not its own, and a clock that is wrong', async () => {
      const elsewhere = await publisher(key, 'elsewhere.example').test();
      expect(elsewhere).toMatchObject({
        ok: false,
        error: { code: expect.stringMatching(/refused|notItsZone/u) },
      });
      const late = { ...systemClock, now: () => systemClock.now() - 3_600_000 };
      const answer = await publisher(key, 'office.example', late).test();
      expect(answer).toMatchObject({ ok: false, error: { code: 'wrongClock' } });
    });

    test('publishes all that is wanted, takes away what is in the way, leaves the rest, and back again', async () => {
      const before = await compareNow();
      const change = changeSetOf(before, () => true);
      expect(await publisher(key).apply(change)).toEqual({ ok: true, value: undefined });

      const after = await compareNow();
      expect(after.compared.filter(({ state }) => state !== 'present')).toEqual([]);
      expect(after.inTheWay).toEqual([]);
      expect(bind.dig('office.example', 'MX')).toEqual(['10 mail.office.example.']);
      expect(bind.dig('office.example', 'TXT').toSorted()).toEqual([
        '"google-site-verification=1"',
        '"v=spf1 mx include:news.example ~all"',
      ]);
      expect(bind.dig('www.office.example', 'A')).toEqual(['192.0.2.80']);
      expect(bind.dig('_imaps._tcp.office.example', 'SRV')).toEqual(['0 1 993 mail.office.example.']);
      expect(bind.dig('mail.office.example', 'AAAA')).toEqual(['2001:db8::25']);
      expect(bind.dig('_25._tcp.mail.office.example', 'TLSA')).toHaveLength(2);
      const resolver = createDnsResolver({ servers: () => [`127.0.0.1:${String(bind.server.port)}`] });
      const dkim = OFFICE.find(({ purpose }) => purpose === 'dkim');
      expect(await resolver.txt(dkim?.name ?? '')).toEqual({ kind: 'found', records: [dkim?.value] });

      expect(await publisher(key).apply(inverseOf(change))).toEqual({ ok: true, value: undefined });
      expect(bind.dig('office.example', 'MX')).toEqual(['5 mx.old.example.']);
      // What the wildcard says.
      expect(bind.dig(dkim?.name ?? '', 'TXT')).toEqual(['"v=spf1 -all"']);
    });

    test('does nothing where somebody else has changed the zone meanwhile', async () => {
      const mine = changeSetOf(await compareNow(), (line) => line.includes('v=spf1'));
      const theirs = { ...mine, add: mine.add.map((record) => ({ ...record, value: 'v=spf1 a -all' })) };
      expect(await publisher(key).apply(theirs)).toEqual({ ok: true, value: undefined });
      expect(await publisher(key).apply(mine)).toMatchObject({
        ok: false,
        error: { code: 'changedMeanwhile' },
      });
    });

    test('refuses records of another zone, and an MX without an address', async () => {
      const [mx] = OFFICE;
      if (mx === undefined) throw new Error('no MX is wanted');
      const elsewhere = { add: [{ ...mx, name: 'elsewhere.example' }], remove: [], basis: [] };
      expect(await publisher(key).apply(elsewhere)).toMatchObject({ ok: false });
      const change = changeSetOf(await compareNow(), (line) => line.includes(' MX 10 '));
      expect(await publisher(key).apply(change)).toMatchObject({ ok: false, error: { code: 'refused' } });
    });
  },
);
