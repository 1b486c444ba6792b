/** Records as they are found in DNS, or to be made for a fix, in the form of a zone's. */
import type { ZoneRecord, ZoneRecordType } from '../records/zone-record.ts';

const TTL_SECONDS = 3600;

function record(type: ZoneRecordType, name: string, value: string | null): ZoneRecord {
  const numbers = { priority: null, weight: null, port: null };
  return { type, name, value, ...numbers, ttlSeconds: TTL_SECONDS };
}

export function textRecord(name: string, text: string): ZoneRecord {
  return record('TXT', name, text);
}

export function mxRecord(domain: string, preference: number, exchange: string): ZoneRecord {
  return { ...record('MX', domain, exchange), priority: preference };
}

/** null: this server cannot know its address. */
export function addressRecord(name: string, address: string | null, type: 'A' | 'AAAA' = 'A'): ZoneRecord {
  if (address === null) return record(type, name, null);
  return record(address.includes(':') ? 'AAAA' : 'A', name, address);
}

export function aliasRecord(name: string, target: string): ZoneRecord {
  return record('CNAME', name, target);
}

export function srvRecord(
  name: string,
  fields: { priority: number; weight: number; port: number; target: string },
): ZoneRecord {
  const { priority, weight, port, target } = fields;
  return { ...record('SRV', name, target), priority, weight, port };
}

export function tlsaRecord(name: string, fields: string): ZoneRecord {
  return record('TLSA', name, fields);
}
