/** Records for tests. */
import type { RecordFacts } from './wanted-records.ts';
import type { ZoneRecord } from './zone-record.ts';

export const OFFICE_FACTS: RecordFacts = {
  domains: ['office.example', 'shop.example'],
  hostname: 'mail.office.example',
  addresses: ['192.0.2.25', '2001:db8::25'],
  listeners: [
    { name: 'submissions', port: 465 },
    { name: 'imaps', port: 993 },
    { name: 'managesieve', port: 4190 },
  ],
  keys: [
    {
      domain: 'office.example',
      recordName: 'p1._domainkey.office.example',
      record: `v=DKIM1; k=rsa; p=${'MIIB'.repeat(98)}`,
      isRetired: false,
    },
    { domain: 'office.example', recordName: 'p0._domainkey.office.example', record: 'old', isRetired: true },
  ],
  policies: [{ domain: 'office.example', host: 'mta-sts.office.example', record: 'v=STSv1; id=1234abcd;' }],
  serverKeys: { hash: 'ab'.repeat(32), nextHash: 'cd'.repeat(32) },
  tellsDevices: true,
};

export function zoneRecord(type: ZoneRecord['type'], name: string, value: string | null): ZoneRecord {
  return { type, name, value, priority: null, weight: null, port: null, ttlSeconds: 3600 };
}
