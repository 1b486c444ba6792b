/** The records that each domain of ours needs, from what runs here, as the console shows them. */
import type { DnsRecord } from '../../contract/setup.ts';
import { wantedRecordsOf, type RecordFacts, type WantedRecord } from '../../health/records/wanted-records.ts';
import { relativeName, textStrings, zoneLineOf } from '../../health/records/zone-text.ts';
import { formatPolicyRecord, policyHost } from '../certificates/mta-sts.ts';
import { hashOfKey } from '../certificates/tlsa.ts';
import type { ConsoleServices } from './services.ts';

/** Of the console's services as much as the records are made of. */
interface FactSources extends Pick<ConsoleServices, 'listeners'> {
  readonly directory: Pick<ConsoleServices['directory'], 'listDomains'>;
  readonly settings: Pick<ConsoleServices['settings'], 'read'>;
  readonly signing: Pick<ConsoleServices['signing'], 'list'>;
  readonly certificates: Pick<ConsoleServices['certificates'], 'keysFor'>;
}

export async function readRecordFacts(services: FactSources): Promise<RecordFacts> {
  const [domains, settings] = await Promise.all([services.directory.listDomains(), services.settings.read()]);
  const { hostname, mtaSts, publicAddresses, tellsDevices } = settings;
  const { key, nextKey } = services.certificates.keysFor(hostname);
  const hashOf = (pem: string | null) => (pem === null ? null : hashOfKey(pem));
  return {
    domains: domains.map(({ name }) => name),
    ...{ hostname, tellsDevices, addresses: publicAddresses },
    listeners: services
      .listeners()
      .flatMap(({ name, state, port }) => (state === 'listening' && port !== null ? [{ name, port }] : [])),
    keys: services.signing.list().map((signing) => ({ ...signing, isRetired: signing.state === 'retired' })),
    policies: mtaSts.map((policy) => ({
      domain: policy.domain,
      host: policyHost(policy.domain),
      record: formatPolicyRecord(policy, hostname),
    })),
    serverKeys: { hash: hashOf(key), nextHash: hashOf(nextKey) },
  };
}

export async function listWantedRecords(services: FactSources) {
  return wantedRecordsOf(await readRecordFacts(services));
}

export function describeRecord(domain: string, record: WantedRecord): DnsRecord {
  const { type, value, name } = record;
  return {
    ...record,
    relativeName: relativeName(domain, name),
    strings: type === 'TXT' && value !== null ? textStrings(value) : [],
    zoneLine: zoneLineOf(record),
  };
}
